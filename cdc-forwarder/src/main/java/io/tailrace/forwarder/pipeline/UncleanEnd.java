package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.ForwarderStats;
import io.tailrace.forwarder.checkpoint.PartitionProgress;
import io.tailrace.forwarder.sink.TargetTopicException;
import io.tailrace.forwarder.sink.TargetTopics;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares what is in the target's topics with the saved positions when there is no producer yet: what the target has
 * beyond them was sent by a run that ended uncleanly. Confined to the thread that moves records; blocks for the target's
 * answers.
 */
final class UncleanEnd {
    private static final Logger LOGGER = LoggerFactory.getLogger(UncleanEnd.class);
    private static final int STILL_CHECKS = 20;
    private static final long STILL_PAUSE_MS = 500;
    private static final PartitionProgress NOBODY = new PartitionProgress(0, 0, 0, null);

    private final TargetTopics target;
    private final ForwarderStats stats;

    UncleanEnd(TargetTopics target, ForwarderStats stats) {
        this.target = target;
        this.stats = stats;
    }

    /**
     * After a crash: waits until nothing more of the dead producer's batches arrives, and tells how many records are on
     * the target already that the saved positions do not know of. These are sent again.
     */
    void count(Collection<TopicFlow> flows) throws InterruptedException {
        Map<TopicPartition, PartitionProgress> known = new HashMap<>();
        for (TopicFlow flow : flows) {
            flow.forEach(progress -> {
                if (progress.targetNext() != null) {
                    known.put(partition(flow, progress), progress);
                }
            });
        }
        long repeats = 0;
        for (Map.Entry<TopicPartition, Long> end : stillEnds(known.keySet()).entrySet()) {
            repeats += repeats(end.getKey(), known.getOrDefault(end.getKey(), NOBODY), end.getValue());
        }
        if (repeats > 0) {
            stats.onRepeated(repeats);
            LOGGER.atWarn()
                    .addKeyValue("records", repeats)
                    .log(
                            "the last run ended between sending and saving its position; so many records are on the target already and will be there twice");
        }
    }

    private static long repeats(TopicPartition partition, PartitionProgress progress, long end) {
        Long expected = progress.targetNext();
        if (expected == null || end == expected) {
            return 0;
        }
        if (end < expected) {
            LOGGER.atWarn()
                    .addKeyValue("topic", partition.topic())
                    .addKeyValue("partition", partition.partition())
                    .addKeyValue("expectedOffset", expected)
                    .addKeyValue("endOffset", end)
                    .log(
                            "the target's partition ends before what it acknowledged: it has lost records, or was made anew");
        }
        progress.targetNext(end);
        return Math.max(0, end - expected);
    }

    private Map<TopicPartition, Long> stillEnds(Set<TopicPartition> partitions) throws InterruptedException {
        if (partitions.isEmpty()) {
            return Map.of();
        }
        try {
            Map<TopicPartition, Long> ends = target.endOffsets(partitions);
            for (int check = 0; check < STILL_CHECKS; check++) {
                Thread.sleep(STILL_PAUSE_MS);
                Map<TopicPartition, Long> later = target.endOffsets(partitions);
                if (later.equals(ends)) {
                    break;
                }
                ends = later;
            }
            return ends;
        } catch (TargetTopicException unreadable) {
            LOGGER.atWarn()
                    .addKeyValue("reason", unreadable.getMessage())
                    .log("cannot tell how much the target has; records of an unclean end may be there twice");
            return Map.of();
        }
    }

    private static TopicPartition partition(TopicFlow flow, PartitionProgress progress) {
        return new TopicPartition(flow.topic().name(), progress.partition());
    }
}
