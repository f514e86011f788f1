package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.checkpoint.PartitionProgress;
import io.tailrace.forwarder.retry.Backoff;
import io.tailrace.forwarder.route.Route;
import io.tailrace.forwarder.route.RoutedTopic;
import io.tailrace.forwarder.route.SourceTopic;
import io.tailrace.forwarder.route.TopicState;
import io.tailrace.forwarder.sink.TargetTopic;
import java.util.List;
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
    private final Route route;
    /** The topic of the target that the positions are about. */
    private final String positionsOn;

    private final SortedMap<Integer, PartitionProgress> partitions = new TreeMap<>();
    private final Retry retry = new Retry();
    private @Nullable PartitionProgress last;
    /** Partitions below this number can be sent to. */
    private int readyPartitions;

    private boolean unfit;
    /** Why the topic, or its settings, cannot follow; as the target said last. */
    private @Nullable String problem;
    /** The topic's own settings, as they were last passed on. */
    private Map<String, String> passedOn;
    /** Whether the target was asked to take the settings as they are now. */
    private boolean settingsTried;

    private @Nullable TopicState saved;
    private @Nullable Future<Preparation> answer;

    TopicFlow(RoutedTopic routed) {
        this.topic = routed.topic();
        this.route = routed.route();
        this.positionsOn = route.isForwarded() ? route.target() : routed.currentTarget();
        this.saved = routed.saved();
        this.passedOn = saved == null ? Map.of() : saved.settings();
    }

    /** The flow of a topic that has changed; its partitions go on where they were. */
    TopicFlow changed(RoutedTopic changed) {
        TopicFlow flow = new TopicFlow(changed);
        flow.partitions.putAll(partitions);
        flow.readyPartitions = Math.min(readyPartitions, flow.topic.partitions());
        flow.saved = saved;
        flow.passedOn = passedOn;
        flow.settingsTried = settingsTried && flow.topic.config().equals(topic.config());
        return flow;
    }

    SourceTopic topic() {
        return topic;
    }

    Route route() {
        return route;
    }

    TopicPartition targetPartition(int partition) {
        return new TopicPartition(route.target(), partition);
    }

    /** What the topic of the target is to be like. */
    TargetTopic wanted() {
        return new TargetTopic(route.target(), topic.partitions(), topic.config(), passedOn);
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

    /** Makes sure that every partition that is forwarded is known. */
    void addAll() {
        route.partitions(topic.partitions()).forEach(this::partition);
    }

    /** Whether the target's topic was found fit for all partitions. */
    boolean isReady() {
        return readyPartitions >= topic.partitions();
    }

    /** Whether there is nothing to ask the target: the topic is as it should be, and where its partitions end is known. */
    boolean isSettled() {
        return !route.isForwarded()
                || (isReady()
                        && settingsTried
                        && partitions.values().stream().noneMatch(PartitionProgress::lacksTargetEnd));
    }

    /** The target's topic has gone, or clients have moved there: where its partitions end must be asked for anew. */
    void onGone() {
        partitions.values().forEach(PartitionProgress::unalign);
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
    void onReady(Preparation.Ready ready, long nowNs) {
        retry.onSuccess();
        unfit = false;
        settingsTried = true;
        passedOn = ready.settings().passedOn();
        problem = ready.settings().problem();
        for (PartitionProgress progress : partitions.values()) {
            Long end = ready.ends().get(targetPartition(progress.partition()));
            if (end != null) {
                progress.onTargetEnd(end, nowNs);
            }
            if (!isReady(progress.partition())) {
                progress.probeAt(nowNs);
            }
        }
        readyPartitions = topic.partitions();
    }

    /** The target's topic cannot take the records as it is. */
    void onUnfit(String reason, long nowNs, Backoff backoff) {
        unfit = true;
        problem = reason;
        retry.onFailure(nowNs, backoff);
    }

    /** The target did not answer. A topic that was ready goes on as soon as it does, so it is soon asked for again. */
    void onNoAnswer(long nowNs, Backoff backoff) {
        retry.onFailure(nowNs, isReady() ? new Backoff(backoff.first(), backoff.first()) : backoff);
    }

    /** What is to be saved of it, or null if the saved state still says the same. */
    @Nullable
    TopicState unsaved() {
        // What is there once as a sample stays one, until it starts anew.
        int sample = Math.min(
                saved == null ? 100 : saved.samplePercentage(), route.isForwarded() ? route.samplePercentage() : 100);
        TopicState state =
                new TopicState(positionsOn, route.partitions(topic.partitions()), sample, passedOn, reason());
        return state.equals(saved) ? null : state;
    }

    void onSaved(TopicState state) {
        saved = state;
    }

    private @Nullable String reason() {
        if (route.obstacle() != null || problem != null) {
            return route.obstacle() != null ? route.obstacle() : problem;
        }
        List<Integer> held = partitions.values().stream()
                .filter(progress -> !progress.isFlowing() && route.forwards(progress.partition()))
                .map(PartitionProgress::partition)
                .toList();
        return held.isEmpty() ? null : "the target takes nothing of partitions " + held + " (log of the forwarder)";
    }
}
