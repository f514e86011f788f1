package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.checkpoint.PartitionProgress;
import io.tailrace.forwarder.retry.Backoff;
import io.tailrace.forwarder.route.SourceTopic;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A topic on its way to the target: its partitions, and whether the target's topic is there to take them. Confined to
 * the thread that moves records.
 */
final class TopicFlow {
    private final SourceTopic topic;
    private final SortedMap<Integer, PartitionProgress> partitions = new TreeMap<>();
    private @Nullable PartitionProgress last;
    private boolean ready;
    private @Nullable Duration retryDelay;
    private long retryAtNs;

    TopicFlow(SourceTopic topic) {
        this.topic = topic;
    }

    SourceTopic topic() {
        return topic;
    }

    /** The progress of a partition; one that was never met starts at its first offset. */
    PartitionProgress partition(int partition) {
        PartitionProgress progress = last;
        if (progress == null || progress.partition() != partition) {
            progress =
                    partitions.computeIfAbsent(partition, number -> new PartitionProgress(topic.id(), number, 0, null));
            last = progress;
        }
        return progress;
    }

    @Nullable
    PartitionProgress find(int partition) {
        return partitions.get(partition);
    }

    void add(PartitionProgress progress) {
        partitions.put(progress.partition(), progress);
    }

    void forEach(Consumer<PartitionProgress> action) {
        partitions.values().forEach(action);
    }

    /** Makes sure that every partition of the topic is known. */
    void addAll() {
        for (int partition = 0; partition < topic.partitions(); partition++) {
            partition(partition);
        }
    }

    /** Whether the target's topic was found fit. */
    boolean isReady() {
        return ready;
    }

    void onReady() {
        ready = true;
        retryDelay = null;
    }

    /** The target's topic has gone. */
    void onGone() {
        ready = false;
    }

    /** The target's topic is not fit. */
    void onUnfit(long nowNs, Backoff backoff) {
        retryDelay = backoff.after(retryDelay);
        retryAtNs = nowNs + retryDelay.toNanos();
    }

    boolean mayTry(long nowNs) {
        return retryDelay == null || nowNs - retryAtNs >= 0;
    }
}
