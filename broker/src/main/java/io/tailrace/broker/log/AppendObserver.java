package io.tailrace.broker.log;

/** Told of every Postgres transaction that wrote records, on the appender's thread: must not block. */
@FunctionalInterface
public interface AppendObserver {

    /**
     * A transaction was committed.
     *
     * @param bytes of its rows, as they were sent to Postgres
     * @param durationNs from its first statement to its commit
     */
    void onCommitted(long records, long bytes, long durationNs);
}
