package io.tailrace.forwarder.route;

/**
 * Which records a sample takes: by a hash of their place in the log, so that a record is taken or left the same way
 * whenever it is met. Stateless.
 */
final class Sample {
    private static final long FIRST_FACTOR = 0xBF58476D1CE4E5B9L;
    private static final long SECOND_FACTOR = 0x94D049BB133111EBL;

    private Sample() {}

    static boolean takes(int topicId, int partition, long offset, int percentage) {
        return percentage >= 100 || Long.remainderUnsigned(hash(topicId, partition, offset), 100) < percentage;
    }

    /** The finalizer of SplitMix64: every bit of the input changes about half of the output's. */
    private static long hash(int topicId, int partition, long offset) {
        long hash = offset + ((long) topicId << 40) + ((long) partition << 20);
        hash = (hash ^ (hash >>> 30)) * FIRST_FACTOR;
        hash = (hash ^ (hash >>> 27)) * SECOND_FACTOR;
        return hash ^ (hash >>> 31);
    }
}
