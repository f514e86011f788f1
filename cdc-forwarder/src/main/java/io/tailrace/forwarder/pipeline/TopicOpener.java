package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.retry.Backoff;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the target's topics ready. It only asks and takes note of answers, and never waits: while the target is away,
 * topics that were ready stay so, and the others are asked for again, each time after a longer pause. Confined to the
 * thread that moves records. Owns: the thread that asks.
 */
final class TopicOpener implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(TopicOpener.class);

    private final Inquiries target;
    private final Backoff backoff;
    private final Set<TopicFlow> opening = new LinkedHashSet<>();
    private final Retry namesRetry = new Retry();
    private @Nullable Future<Optional<Set<String>>> names;
    /** The topics that were ready when the names were asked for. */
    private List<TopicFlow> named = List.of();

    TopicOpener(Inquiries target, Backoff backoff) {
        this.target = target;
        this.backoff = backoff;
    }

    /**
     * Asks, if it was not done yet, for the topic to be made on the target if it is missing, and for where the target's
     * partitions end before the first record is sent to them.
     */
    void open(TopicFlow flow) {
        settle(flow);
        if (!flow.isSettled()) {
            ask(flow);
        }
    }

    /** Asks again about a topic of which the producer took no record: the target is away, or the topic has gone. */
    void check(TopicFlow flow) {
        settle(flow);
        ask(flow);
    }

    private void ask(TopicFlow flow) {
        if (flow.mayOpen(System.nanoTime())) {
            flow.addAll();
            flow.onOpening(target.prepare(flow.wanted(), withoutEnd(flow)));
            opening.add(flow);
        }
    }

    private static List<TopicPartition> withoutEnd(TopicFlow flow) {
        List<TopicPartition> partitions = new ArrayList<>();
        flow.forEach(progress -> {
            if (progress.askTargetEnd()) {
                partitions.add(flow.targetPartition(progress.partition()));
            }
        });
        return List.copyOf(partitions);
    }

    /** Whether it is worth waiting for the answer about this topic: it is on its way, and the target is not away. */
    boolean isAnswerNear(TopicFlow flow) {
        return flow.isOpening() && !target.isAway();
    }

    /** Whether it is worth waiting for the answer about any topic. */
    boolean isAnswerNear() {
        return !opening.isEmpty() && !target.isAway();
    }

    /** Asks which topics the target has, and for those that are not ready. */
    void refresh(Collection<TopicFlow> live) {
        settle();
        if (names == null && namesRetry.isDue(System.nanoTime())) {
            named = live.stream()
                    .filter(flow -> flow.isReady() && flow.route().isForwarded())
                    .toList();
            names = target.names();
        }
        live.forEach(this::open);
    }

    /** Takes note of the answers that have come. */
    void settle() {
        if (!opening.isEmpty()) {
            List.copyOf(opening).forEach(this::settle);
        }
        Future<Optional<Set<String>>> asked = names;
        if (asked != null && asked.isDone()) {
            names = null;
            Answers.of(asked).ifPresentOrElse(this::onNames, () -> namesRetry.onFailure(System.nanoTime(), backoff));
        }
    }

    private void settle(TopicFlow flow) {
        Preparation answer = flow.takeAnswer();
        if (answer == null) {
            return;
        }
        opening.remove(flow);
        if (answer instanceof Preparation.Ready ready) {
            flow.onReady(ready, System.nanoTime());
        } else if (answer instanceof Preparation.Unfit unfit) {
            flow.onUnfit(unfit.reason(), System.nanoTime(), backoff);
            LOGGER.atError()
                    .addKeyValue("topic", flow.topic().name())
                    .addKeyValue("reason", unfit.reason())
                    .log(
                            "topic cannot be forwarded; its records stay in Postgres, and the replication slot keeps its place, until this is mended");
        } else {
            flow.onNoAnswer(System.nanoTime(), backoff);
        }
    }

    /** Makes those again that have gone from the target. */
    private void onNames(Set<String> there) {
        namesRetry.onSuccess();
        for (TopicFlow flow : named) {
            if (!there.contains(flow.route().target())) {
                LOGGER.atWarn()
                        .addKeyValue("topic", flow.topic().name())
                        .addKeyValue("target", flow.route().target())
                        .log("topic has gone from the target; it is made again, with the records that are still here");
                flow.onGone();
                check(flow);
            }
        }
    }

    @Override
    public void close() {
        target.close();
    }
}
