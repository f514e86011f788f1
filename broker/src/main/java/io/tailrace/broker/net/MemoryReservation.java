package io.tailrace.broker.net;

/** What one request takes of the memory for requests. Whoever holds the request holds this and releases it. */
interface MemoryReservation {

    /** Whether there was memory without waiting. */
    boolean grantedAtOnce();

    /** Adds what the parsed request takes beyond its frame. It exists already, so this does not wait; later requests do. */
    void add(long bytes);

    /** Gives the memory back, or stops waiting for it. Idempotent. */
    void release();
}
