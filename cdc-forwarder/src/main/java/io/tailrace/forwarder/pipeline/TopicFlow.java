package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.checkpoint.PartitionProgress;
import io.tailrace.forwarder.retry.Backoff;
import io.tailrace.forwarder.route.SourceTopic;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A topic on its way to the target: its partitions, and which of them the target's topic can take. Once it can take
 * them it stays so, whatever later questions to the target come to. Confined to the thread that moves records.
 */
final class TopicFlow {
    private final SourceTopic topic;
    private final SortedMap<Integer, PartitionProgress> partitions = new TreeMap<>();
    private final Retry retry = new Retry();
    private @Nullable PartitionProgress last;
    /** Partitions below this number can be sent to. */
    private int readyPartitions;

    private boolean unfit;
    private @Nullable Future<Preparation> answer;

    TopicFlow(SourceTopic topic) {
        this.topic = topic;
    }

    /** The flow of a topic that has changed; its partitions go on where they were. */
    TopicFlow changed(SourceTopic changed) {
        TopicFlow flow = new TopicFlow(changed);
        flow.partitions.putAll(partitions);
        flow.readyPartitions = Math.min(readyPartitions, changed.partitions());
        return flow;
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

    /** Whether the target's topic was found fit for all partitions. */
    boolean isReady() {
        return readyPartitions >= topic.partitions();
    }

    /** Whether there is nothing to ask the target: the topic is fit, and where its partitions end is known. */
    boolean isSettled() {
        return isReady() && partitions.values().stream().noneMatch(PartitionProgress::lacksTargetEnd);
    }

    boolean isReady(int partition) {
        return partition < readyPartitions;
    }

    /** Whether the target's topic was found unfit when it was last asked for. */
    boolean isUnfit() {
        return unfit;
    }

    /** Whether the target has been asked and the answer was not taken yet. */
    boolean isOpening() {
        return answer != null;
    }

    /** Whether it is time to ask the target. */
    boolean mayOpen(long nowNs) {
        return answer == null && retry.isDue(nowNs);
    }

    void onOpening(Future<Preparation> asked) {
        answer = asked;
    }

    /** The target's answer if it has come, or null. It is given out once. */
    @Nullable
    Preparation takeAnswer() {
        Future<Preparation> asked = answer;
        if (asked == null || !asked.isDone()) {
            return null;
        }
        answer = null;
        return Answers.of(asked);
    }

    /** The target's topic can take the records. */
    void onReady(Map<TopicPartition, Long> ends, long nowNs) {
        retry.onSuccess();
        unfit = false;
        for (PartitionProgress progress : partitions.values()) {
            Long end = ends.get(new TopicPartition(topic.name(), progress.partition()));
            if (end != null) {
                progress.onTargetEnd(end);
            }
            if (!isReady(progress.partition())) {
                progress.probeAt(nowNs);
            }
        }
        readyPartitions = topic.partitions();
    }

    /** The target's topic cannot take the records as it is. */
    void onUnfit(long nowNs, Backoff backoff) {
        unfit = true;
        retry.onFailure(nowNs, backoff);
    }

    /** The target did not answer. */
    void onNoAnswer(long nowNs, Backoff backoff) {
        retry.onFailure(nowNs, backoff);
    }
}
