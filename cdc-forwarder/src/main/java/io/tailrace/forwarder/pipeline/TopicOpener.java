package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.ForwarderStats;
import io.tailrace.forwarder.checkpoint.PartitionProgress;
import io.tailrace.forwarder.retry.Backoff;
import io.tailrace.forwarder.sink.TargetException;
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
 * Makes the target's topics ready, and compares what is in them with the saved positions. Confined to the thread that
 * moves records; blocks for the target's answers.
 */
final class TopicOpener {
    private static final Logger LOGGER = LoggerFactory.getLogger(TopicOpener.class);
    private static final int STILL_CHECKS = 20;
    private static final long STILL_PAUSE_MS = 500;

    private final TargetTopics target;
    private final Backoff backoff;
    private final ForwarderStats stats;

    TopicOpener(TargetTopics target, Backoff backoff, ForwarderStats stats) {
        this.target = target;
        this.backoff = backoff;
        this.stats = stats;
    }

    /**
     * Makes the topic on the target if it is missing, and notes where the target's partitions end before the first
     * record is sent, so that after a crash it can be told how much arrived.
     *
     * @return whether records can be sent; if not, the reason is logged
     */
    boolean open(TopicFlow flow) {
        if (flow.isReady()) {
            return true;
        }
        if (!flow.mayTry(System.nanoTime())) {
            return false;
        }
        try {
            target.ensure(flow.topic());
            flow.addAll();
            noteEnds(flow);
            flow.onReady();
            return true;
        } catch (TargetTopicException unfit) {
            flow.onUnfit(System.nanoTime(), backoff);
            LOGGER.atError()
                    .addKeyValue("topic", flow.topic().name())
                    .addKeyValue("reason", unfit.getMessage())
                    .log(
                            "topic cannot be forwarded; its records stay in Postgres, and the replication slot keeps its place, until this is mended");
            return false;
        }
    }

    private void noteEnds(TopicFlow flow) throws TargetTopicException {
        Map<TopicPartition, PartitionProgress> unknown = new HashMap<>();
        flow.forEach(progress -> {
            if (progress.targetNext() == null) {
                unknown.put(partition(flow, progress), progress);
            }
        });
        if (!unknown.isEmpty()) {
            target.endOffsets(unknown.keySet()).forEach((partition, end) -> unknown.getOrDefault(partition, NOBODY)
                    .targetNext(end));
        }
    }

    private static final PartitionProgress NOBODY = new PartitionProgress(0, 0, 0, null);

    /** Opens the topics that are new, and makes again those that have gone from the target. */
    void refresh(Collection<TopicFlow> flows) {
        try {
            Set<String> names = target.names();
            for (TopicFlow flow : flows) {
                if (flow.isReady() && !names.contains(flow.topic().name())) {
                    LOGGER.atWarn()
                            .addKeyValue("topic", flow.topic().name())
                            .log("topic has gone from the target; it is made again, without the records it had");
                    flow.onGone();
                }
                open(flow);
            }
        } catch (TargetException away) {
            LOGGER.atDebug().addKeyValue("reason", away.getMessage()).log("topics not refreshed");
        }
    }

    /**
     * After a crash: waits until nothing more of the dead producer's batches arrives, and tells how many records are on
     * the target already that the saved positions do not know of. These are sent again.
     */
    void countRepeats(Collection<TopicFlow> flows) throws InterruptedException {
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
