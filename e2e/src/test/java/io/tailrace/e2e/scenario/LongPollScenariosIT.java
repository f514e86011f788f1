package io.tailrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.SharedBroker;
import io.tailrace.e2e.client.Capability;
import io.tailrace.e2e.client.ClientKind;
import io.tailrace.e2e.client.ConsumerSettings;
import io.tailrace.e2e.client.EachClient;
import io.tailrace.e2e.client.Message;
import io.tailrace.e2e.client.ProducerSettings;
import io.tailrace.e2e.client.ReceivedRecord;
import io.tailrace.e2e.client.ScenarioClient;
import io.tailrace.e2e.client.ScenarioConsumer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Consumers that wait hear of a record when it comes, not when their wait is over; the rest is FetchIT's. */
@Execution(ExecutionMode.CONCURRENT)
class LongPollScenariosIT {

    private static final int LONG_WAIT_MS = 12_000;

    /** Less than the wait. */
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @RegisterExtension
    static final SharedBroker BROKER = SharedBroker.ofAllClasses();

    @EachClient(can = {Capability.BASICS, Capability.ASSIGN})
    void shouldWakeEveryConsumerThatWaits(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        ScenarioClient client = BROKER.client(kind);
        List<ScenarioConsumer> consumers = Stream.generate(
                        () -> client.consumer(ConsumerSettings.PLAIN.withFetch(LONG_WAIT_MS, 1)))
                .limit(3)
                .toList();
        consumers.forEach(consumer -> consumer.assign(Map.of(partition, 0L)));
        consumers.forEach(
                consumer -> assertThat(consumer.take(1, Duration.ofMillis(300))).isEmpty());

        // When
        client.producer(ProducerSettings.PLAIN).send(Message.to(partition, "wake up"));

        // Then
        consumers.forEach(consumer -> assertThat(consumer.take(1, LIMIT))
                .extracting(ReceivedRecord::text)
                .containsExactly("wake up"));
    }

    @EachClient(can = {Capability.BASICS, Capability.ASSIGN})
    void shouldWaitForMinBytesOrTheTime(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        ScenarioClient client = BROKER.client(kind);
        ScenarioConsumer consumer = client.consumer(ConsumerSettings.PLAIN.withFetch(1_500, 1_000_000));

        // When
        client.producer(ProducerSettings.PLAIN).send(Message.to(partition, "less than a megabyte"));
        consumer.assign(Map.of(partition, 0L));

        // Then
        assertThat(consumer.take(1, LIMIT)).hasSize(1);
    }
}
