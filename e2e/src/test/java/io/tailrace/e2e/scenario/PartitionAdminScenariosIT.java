package io.tailrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.SharedBroker;
import io.tailrace.e2e.client.ClientKind;
import io.tailrace.e2e.client.EachClient;
import io.tailrace.e2e.client.Message;
import io.tailrace.e2e.client.Place;
import io.tailrace.e2e.client.ProducerSettings;
import io.tailrace.e2e.client.ScenarioClient;
import io.tailrace.e2e.client.ScenarioProducer;
import java.time.Duration;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Partitions are added, and never taken away. */
@Execution(ExecutionMode.CONCURRENT)
class PartitionAdminScenariosIT {

    @RegisterExtension
    static final SharedBroker BROKER = SharedBroker.ofAllClasses();

    @EachClient
    void shouldAddPartitions(ClientKind kind) {
        // Given
        ScenarioClient client = BROKER.client(kind);
        String topic = BROKER.freshPartition().topic();

        // When
        client.createPartitions(topic, 4);

        // Then
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(client.partitionCount(topic))
                .isEqualTo(4));
        assertThat(client.producer(ProducerSettings.PLAIN).send(Message.to(new TopicPartition(topic, 3), "new")))
                .isEqualTo(new Place(3, 0));
    }

    @EachClient
    void shouldRefuseFewerPartitions(ClientKind kind) {
        // Given
        ScenarioClient client = BROKER.client(kind);
        String topic = BROKER.freshTopic(3).get(0).topic();

        // Then
        Failures.assertError(() -> client.createPartitions(topic, 2), Errors.INVALID_PARTITIONS);
        Failures.assertError(() -> client.createPartitions(topic, 3), Errors.INVALID_PARTITIONS);
        assertThat(client.partitionCount(topic)).isEqualTo(3);
    }

    @EachClient
    void shouldRefuseAnUnknownTopic(ClientKind kind) {
        Failures.assertError(
                () -> BROKER.client(kind).createPartitions("no-such-topic", 2), Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @EachClient
    void shouldKeepWhatIsThereAndRouteOverAll(ClientKind kind) {
        // Given
        ScenarioClient client = BROKER.client(kind);
        String topic = BROKER.freshPartition().topic();
        ScenarioProducer before = client.producer(ProducerSettings.PLAIN);
        for (int i = 0; i < 20; i++) {
            assertThat(before.send(Message.to(topic, "key-" + i, "before")).partition())
                    .isZero();
        }

        // When
        client.createPartitions(topic, 5);

        // Then
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(client.partitionCount(topic))
                .isEqualTo(5));
        assertThat(Reading.all(BROKER, new TopicPartition(topic, 0))).hasSize(20);
        ScenarioProducer after = client.producer(ProducerSettings.PLAIN);
        for (int i = 0; i < 20; i++) {
            assertThat(after.send(Message.to(topic, "key-" + i, "after")).partition())
                    .isEqualTo(PartitionScenariosIT.expectedPartition("key-" + i, 5));
        }
    }
}
