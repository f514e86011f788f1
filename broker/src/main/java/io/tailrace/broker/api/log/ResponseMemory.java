package io.tailrace.broker.api.log;

/**
 * The bytes of records that the responses of all fetches together hold, from when they are read until their client has taken
 * them. Clients that ask for much and take it slowly would otherwise fill the heap.
 *
 * <p>No fetch waits for it, or clients that take nothing at all would stop the others: it reads less, the less is left, down
 * to {@value #LEAST_BYTES} bytes or one batch. So what there is beyond the limit is that much for each connection. Thread-safe
 * (guarded by itself).
 */
public final class ResponseMemory {

    static final int LEAST_BYTES = 16 * 1024;
    /** Nobody takes more than this part of what is left. */
    private static final int SHARE = 4;

    private final long limitBytes;
    private long usedBytes;

    public ResponseMemory(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** What responses hold now. */
    public synchronized long usedBytes() {
        return usedBytes;
    }

    private synchronized int take(int wanted) {
        long share = Math.max(LEAST_BYTES, (limitBytes - usedBytes) / SHARE);
        int granted = (int) Math.min(wanted, share);
        usedBytes += granted;
        return granted;
    }

    private synchronized void add(long bytes) {
        usedBytes += bytes;
    }

    /** What one fetch holds: nothing at first. */
    Hold hold() {
        return new Hold();
    }

    /** The part of one fetch. Thread-safe (guarded by itself). */
    final class Hold {

        private long bytes;
        private boolean over;

        private Hold() {}

        /** Asks for room to read, instead of what it holds. @return how much it may read; at least one batch */
        synchronized int ask(int wanted) {
            keep(0);
            if (over) {
                return 0;
            }
            int granted = take(wanted);
            bytes = granted;
            return granted;
        }

        /** Holds what was read, which may be more where a single batch is, and no longer what was asked for. */
        synchronized void keep(long read) {
            if (!over) {
                add(read - bytes);
                bytes = read;
            }
        }

        /** The client has the response, or will not get one. Idempotent. */
        synchronized void release() {
            keep(0);
            over = true;
        }
    }
}
