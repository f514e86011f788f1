package io.tailrace.forwarder.reverse;

import org.jspecify.annotations.Nullable;

/**
 * Something of the target that does not come back.
 *
 * @param partition {@link #WHOLE_TOPIC} for all of them
 * @param startInc the offsets there, where it is a range; otherwise null, as is {@code endExc}
 */
record LeftAtTarget(String topic, int partition, String reason, @Nullable Long startInc, @Nullable Long endExc) {
    static final int WHOLE_TOPIC = -1;

    static LeftAtTarget topic(String topic) {
        return new LeftAtTarget(topic, WHOLE_TOPIC, "there is no such topic here", null, null);
    }

    static LeftAtTarget partition(String topic, int partition) {
        return new LeftAtTarget(topic, partition, "the topic has no such partition here", null, null);
    }

    /** Records that were gone there before they were read. */
    static LeftAtTarget range(String topic, int partition, String reason, long startInc, long endExc) {
        return new LeftAtTarget(topic, partition, reason, startInc, endExc);
    }
}
