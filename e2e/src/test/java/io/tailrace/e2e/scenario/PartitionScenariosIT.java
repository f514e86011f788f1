package io.tailrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.SharedBroker;
import io.tailrace.e2e.client.ClientKind;
import io.tailrace.e2e.client.EachClient;
import io.tailrace.e2e.client.Message;
import io.tailrace.e2e.client.Place;
import io.tailrace.e2e.client.ProducerSettings;
import io.tailrace.e2e.client.ScenarioProducer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Which partition a record goes to: the same key to the same partition, whichever client sends it. */
@Execution(ExecutionMode.CONCURRENT)
class PartitionScenariosIT {

    private static final int PARTITIONS = 6;

    @RegisterExtension
    static final SharedBroker BROKER = SharedBroker.ofAllClasses();

    /** What the Java client chooses. */
    static int expectedPartition(String key, int partitions) {
        return BuiltInPartitioner.partitionForKey(key.getBytes(StandardCharsets.UTF_8), partitions);
    }

    @EachClient
    void shouldStoreInThePartitionThatIsNamed(ClientKind kind) {
        // Given
        List<TopicPartition> partitions = BROKER.freshTopic(PARTITIONS);
        ScenarioProducer producer = BROKER.client(kind).producer(ProducerSettings.PLAIN);

        // Then
        for (TopicPartition partition : partitions) {
            assertThat(producer.send(List.of(Message.to(partition, "first"), Message.to(partition, "second"))))
                    .containsExactly(new Place(partition.partition(), 0), new Place(partition.partition(), 1));
        }
    }

    @EachClient
    void shouldRouteAKeyToTheSamePartitionInEveryProducer(ClientKind kind) {
        // Given
        String topic = BROKER.freshTopic(PARTITIONS).get(0).topic();
        List<Message> messages = IntStream.range(0, 100)
                .mapToObj(i -> Message.to(topic, "customer-" + i, "order"))
                .toList();
        ScenarioProducer producer = BROKER.client(kind).producer(ProducerSettings.IDEMPOTENT);
        ScenarioProducer other = BROKER.client(kind).producer(ProducerSettings.PLAIN);

        // Then
        List<Integer> expected = IntStream.range(0, 100)
                .mapToObj(i -> expectedPartition("customer-" + i, PARTITIONS))
                .toList();
        assertThat(new HashSet<>(expected)).hasSize(PARTITIONS);
        assertThat(producer.send(messages)).extracting(Place::partition).isEqualTo(expected);
        assertThat(other.send(messages)).extracting(Place::partition).isEqualTo(expected);
    }

    @EachClient
    void shouldRouteUnusualKeysLikeTheJavaClient(ClientKind kind) {
        // Given
        String topic = BROKER.freshTopic(PARTITIONS).get(0).topic();
        ScenarioProducer producer = BROKER.client(kind).producer(ProducerSettings.PLAIN);

        // Then
        for (String key : List.of("schlüssel", "鍵", "🔑", "a b\tc\n", "\u0000\u0001", "x".repeat(10_000))) {
            assertThat(producer.send(Message.to(topic, key, "value")).partition())
                    .isEqualTo(expectedPartition(key, PARTITIONS));
        }
    }

    @EachClient
    void shouldTellAnEmptyKeyFromNone(ClientKind kind) {
        // Given
        String topic = BROKER.freshTopic(PARTITIONS).get(0).topic();
        ScenarioProducer producer = BROKER.client(kind).producer(ProducerSettings.PLAIN);

        // When
        Place empty = producer.send(Message.to(topic, "", "empty key"));
        Place none = producer.send(Message.to(new TopicPartition(topic, empty.partition()), "no key"));

        // Then
        var stored = Reading.all(BROKER, new TopicPartition(topic, empty.partition()));
        assertThat(stored.get((int) empty.offset()).content().key()).isEqualTo(Bytes.wrap(new byte[0]));
        assertThat(stored.get((int) none.offset()).content().key()).isNull();
    }

    @EachClient
    void shouldSpreadRecordsWithoutAKey(ClientKind kind) {
        // Given
        String topic = BROKER.freshTopic(3).get(0).topic();
        ScenarioProducer producer = BROKER.client(kind).producer(ProducerSettings.PLAIN);
        Set<Integer> used = new HashSet<>();

        // When: the partition changes from batch to batch at the latest
        for (int i = 0; i < 150 && used.size() < 2; i++) {
            used.add(producer.send(Message.to(topic, null, "x".repeat(16_000))).partition());
        }

        // Then
        assertThat(used).hasSizeGreaterThan(1);
    }
}
