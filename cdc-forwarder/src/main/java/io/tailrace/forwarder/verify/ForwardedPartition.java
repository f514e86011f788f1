package io.tailrace.forwarder.verify;

import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A partition of the log, and how far its forwarder has come.
 *
 * @param targetName the topic of the target
 * @param forwarding whether it is forwarded, and whole
 * @param logStart the first offset that the log keeps
 * @param stableExc the last stable offset
 * @param next everything below it is acknowledged by the target
 * @param targetNext the offset after the last acknowledged record on the target, or null if there is none
 * @param shared whether others write to the target's partition
 * @param compacted whether the topic is compacted here
 * @param verified how far it was compared, or null: not at all
 */
record ForwardedPartition(
        int topicId,
        String topic,
        int partition,
        String targetName,
        Forwarding forwarding,
        long logStart,
        long stableExc,
        long next,
        @Nullable Long targetNext,
        boolean shared,
        boolean compacted,
        @Nullable Verified verified) {

    /** What of the partition is forwarded. */
    enum Forwarding {
        WHOLE,
        SAMPLE,
        NOTHING
    }

    boolean isWhole() {
        return forwarding == Forwarding.WHOLE;
    }

    /** Whether nothing that could be forwarded is still to be forwarded. */
    boolean isAllForwarded() {
        return next >= stableExc;
    }

    /** Whether something that is forwarded was not compared yet, or differs. */
    boolean hasRest() {
        if (!isWhole() || targetNext == null || next <= logStart) {
            return false;
        }
        return verified == null
                || !verified.isGreen()
                || !verified.targetName().equals(targetName)
                || verified.verifiedTo() < Math.min(next, stableExc);
    }

    TopicPartition target() {
        return new TopicPartition(targetName, partition);
    }
}
