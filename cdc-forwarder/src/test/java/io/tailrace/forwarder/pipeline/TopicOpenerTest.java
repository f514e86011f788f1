package io.tailrace.forwarder.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.forwarder.checkpoint.PartitionProgress;
import io.tailrace.forwarder.retry.Backoff;
import io.tailrace.forwarder.route.Route;
import io.tailrace.forwarder.route.RoutedTopic;
import io.tailrace.forwarder.route.SourceTopic;
import io.tailrace.forwarder.sink.Followed;
import io.tailrace.forwarder.sink.TargetTopic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** What the answers of a target, and their absence, do to topics. */
class TopicOpenerTest {
    private static final SourceTopic ORDERS = new SourceTopic(7, "orders", 2, Map.of());
    private static final Backoff NONE = new Backoff(Duration.ZERO, Duration.ZERO);

    private final FakeTarget target = new FakeTarget();
    private final TopicFlow flow = new TopicFlow(routed(ORDERS));

    /** Answers when it is told to. */
    private static final class FakeTarget implements Inquiries {
        private final List<CompletableFuture<Preparation>> prepared = new ArrayList<>();
        private final List<CompletableFuture<Optional<Set<String>>>> names = new ArrayList<>();
        private boolean away;

        @Override
        public boolean isAway() {
            return away;
        }

        @Override
        public Future<Optional<Set<String>>> names() {
            names.add(new CompletableFuture<>());
            return names.get(names.size() - 1);
        }

        @Override
        public Future<Preparation> prepare(TargetTopic topic, Collection<TopicPartition> unknown) {
            prepared.add(new CompletableFuture<>());
            return prepared.get(prepared.size() - 1);
        }

        void answer(int question, Preparation answer) {
            prepared.get(question).complete(answer);
        }

        @Override
        public void close() {}
    }

    private static RoutedTopic routed(SourceTopic topic) {
        Route route = new Route(topic.id(), topic.name(), "orders-copy", 100, 100, null);
        return new RoutedTopic(topic, route, "orders-copy", null);
    }

    private static Preparation ready(long end) {
        return new Preparation.Ready(Map.of(new TopicPartition("orders-copy", 0), end), new Followed(Map.of(), null));
    }

    private TopicOpener opener(Backoff backoff) {
        return new TopicOpener(target, backoff);
    }

    @Test
    void shouldBeReadyWhenTheTargetSaysSo() {
        // Given
        TopicOpener opener = opener(NONE);
        opener.open(flow);
        assertThat(flow.isReady()).isFalse();
        assertThat(opener.isAnswerNear(flow)).isTrue();

        // When
        target.answer(0, ready(5));
        opener.settle();

        // Then
        assertThat(flow.isReady()).isTrue();
        assertThat(flow.partition(0).targetEnd()).isEqualTo(5);
        assertThat(opener.isAnswerNear()).isFalse();
    }

    @Test
    void shouldAskAgainOnlyAfterAWaitWhenTheTargetIsAway() {
        // Given
        TopicOpener opener = opener(new Backoff(Duration.ofHours(1), Duration.ofHours(1)));
        opener.open(flow);

        // When
        target.away = true;
        target.answer(0, new Preparation.Away());
        opener.open(flow);
        opener.open(flow);

        // Then
        assertThat(target.prepared).hasSize(1);
        assertThat(flow.isReady()).isFalse();
        assertThat(flow.isUnfit()).isFalse();
        assertThat(opener.isAnswerNear(flow)).isFalse();
    }

    @Test
    void shouldKeepReadyWhatWasReadyWhenTheTargetGoesAway() {
        // Given
        TopicOpener opener = opener(NONE);
        opener.open(flow);
        target.answer(0, ready(0));
        opener.refresh(List.of(flow));

        // When
        opener.check(flow);
        target.answer(1, new Preparation.Away());
        target.names.get(0).complete(Optional.empty());
        opener.refresh(List.of(flow));

        // Then
        assertThat(flow.isReady()).isTrue();
        assertThat(target.names).hasSize(2);
    }

    @Test
    void shouldMakeAgainWhatHasGoneFromTheTarget() {
        // Given
        TopicOpener opener = opener(NONE);
        opener.open(flow);
        target.answer(0, ready(0));
        opener.refresh(List.of(flow));

        // When
        target.names.get(0).complete(Optional.of(Set.of("payments")));
        opener.settle();

        // Then
        assertThat(target.prepared).hasSize(2);
        assertThat(flow.isReady()).isTrue();
    }

    @Test
    void shouldLetOnlyNewPartitionsWaitForATopicThatHasGrown() {
        // Given
        TopicOpener opener = opener(NONE);
        opener.open(flow);
        target.answer(0, ready(0));
        opener.settle();

        // When
        TopicFlow grown = flow.changed(routed(new SourceTopic(7, "orders", 4, Map.of())));
        opener.open(grown);
        target.answer(1, new Preparation.Unfit("it has 2 partitions there"));
        opener.settle();

        // Then
        assertThat(grown.isReady(1)).isTrue();
        assertThat(grown.isReady(2)).isFalse();
        assertThat(grown.isUnfit()).isTrue();
    }

    @Test
    void shouldTryHeldPartitionsAtOnceWhenTheirTopicIsReady() {
        // Given
        TopicOpener opener = opener(NONE);
        PartitionProgress held = flow.partition(0);
        held.hold(System.nanoTime(), new Backoff(Duration.ofHours(1), Duration.ofHours(1)));
        opener.open(flow);

        // When
        target.answer(0, ready(0));
        opener.settle();

        // Then
        assertThat(held.isProbeDue(System.nanoTime())).isTrue();
    }
}
