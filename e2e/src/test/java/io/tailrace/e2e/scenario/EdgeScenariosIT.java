package io.tailrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.SharedBroker;
import io.tailrace.e2e.client.Capability;
import io.tailrace.e2e.client.ClientKind;
import io.tailrace.e2e.client.ConsumerSettings;
import io.tailrace.e2e.client.EachClient;
import io.tailrace.e2e.client.Message;
import io.tailrace.e2e.client.OffsetQuery;
import io.tailrace.e2e.client.Place;
import io.tailrace.e2e.client.ProducerSettings;
import io.tailrace.e2e.client.ReceivedRecord;
import io.tailrace.e2e.client.ScenarioClient;
import io.tailrace.e2e.client.ScenarioConsumer;
import io.tailrace.e2e.client.ScenarioProducer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The first, the empty and the large. */
@Execution(ExecutionMode.CONCURRENT)
class EdgeScenariosIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration MOMENT = Duration.ofMillis(700);

    @RegisterExtension
    static final SharedBroker BROKER = SharedBroker.ofAllClasses();

    @EachClient
    void shouldSayZeroForAnEmptyPartition(ClientKind kind) {
        // Given
        TopicPartition empty = BROKER.freshPartition();
        ScenarioClient client = BROKER.client(kind);

        // Then
        assertThat(client.offset(empty, OffsetQuery.EARLIEST)).isZero();
        assertThat(client.offset(empty, OffsetQuery.LATEST)).isZero();
    }

    @EachClient(can = {Capability.BASICS, Capability.ASSIGN})
    void shouldWaitAtTheEndForWhatComes(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        ScenarioClient client = BROKER.client(kind);
        ScenarioConsumer consumer = client.consumer(ConsumerSettings.PLAIN);
        consumer.assign(Map.of(partition, 0L));
        assertThat(consumer.take(1, MOMENT)).isEmpty();

        // When
        client.producer(ProducerSettings.PLAIN).send(Message.to(partition, "at last"));

        // Then
        assertThat(consumer.take(1, LIMIT)).extracting(ReceivedRecord::text).containsExactly("at last");
        assertThat(consumer.position(partition)).isEqualTo(1);
    }

    @EachClient
    void shouldTakeALargeKeyAndALargeValue(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        String key = "k".repeat(300_000);
        String value = "v".repeat(700_000);

        // When
        Place place = BROKER.client(kind).producer(ProducerSettings.PLAIN).send(Message.to(partition, key, value));

        // Then
        assertThat(place).isEqualTo(new Place(0, 0));
        ReceivedRecord stored = Reading.all(BROKER, partition).get(0);
        assertThat(stored.keyText()).isEqualTo(key);
        assertThat(stored.text()).isEqualTo(value);
    }

    @EachClient(can = {Capability.BASICS, Capability.ASSIGN})
    void shouldReadALargeRecord(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        ScenarioClient client = BROKER.client(kind);
        Message large =
                Message.to(partition, "k".repeat(300_000), "v".repeat(700_000)).at(5_000);
        client.producer(ProducerSettings.PLAIN).send(large);
        ScenarioConsumer consumer = client.consumer(ConsumerSettings.PLAIN);

        // When
        consumer.assign(Map.of(partition, 0L));

        // Then
        List<ReceivedRecord> received = consumer.take(1, LIMIT);
        assertThat(received).hasSize(1);
        Reading.assertSame(large, received.get(0));
    }

    @EachClient(can = {Capability.BASICS, Capability.ASSIGN})
    void shouldReadEveryPartitionOfATopic(ClientKind kind) {
        // Given
        List<TopicPartition> partitions = BROKER.freshTopic(4);
        ScenarioClient client = BROKER.client(kind);
        ScenarioProducer producer = client.producer(ProducerSettings.PLAIN);
        for (int i = 0; i < 40; i++) {
            producer.send(Message.to(partitions.get(i % 3), "value " + i));
        }
        ScenarioConsumer consumer = client.consumer(ConsumerSettings.PLAIN);

        // When: the last partition is empty
        consumer.assign(
                Map.of(partitions.get(0), 0L, partitions.get(1), 0L, partitions.get(2), 0L, partitions.get(3), 0L));

        // Then
        assertThat(consumer.take(40, LIMIT))
                .extracting(ReceivedRecord::text)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 40).mapToObj(i -> "value " + i).toList());
    }
}
