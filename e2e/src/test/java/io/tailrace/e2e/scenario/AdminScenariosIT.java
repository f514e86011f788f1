package io.tailrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.SharedBroker;
import io.tailrace.e2e.client.ClientKind;
import io.tailrace.e2e.client.EachClient;
import io.tailrace.e2e.client.Message;
import io.tailrace.e2e.client.ProducerSettings;
import io.tailrace.e2e.client.ScenarioClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Topics are made, grown and deleted, or refused with the error that Kafka gives. */
@Execution(ExecutionMode.CONCURRENT)
class AdminScenariosIT {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @RegisterExtension
    static final SharedBroker BROKER = SharedBroker.ofAllClasses();

    @EachClient
    void shouldCreateATopic(ClientKind kind) {
        // Given
        ScenarioClient client = BROKER.client(kind);
        String topic = BROKER.freshTopicName();

        // When
        client.createTopic(topic, 3, Map.of());

        // Then
        assertThat(client.topics()).contains(topic);
        assertThat(client.partitionCount(topic)).isEqualTo(3);
    }

    @EachClient
    void shouldCreateSeveralTopics(ClientKind kind) {
        // Given
        ScenarioClient client = BROKER.client(kind);
        List<String> names = Stream.generate(BROKER::freshTopicName).limit(5).toList();

        // When
        names.forEach(name -> client.createTopic(name, 1, Map.of()));

        // Then
        assertThat(client.topics()).containsAll(names);
    }

    @EachClient
    void shouldRefuseATopicThatExists(ClientKind kind) {
        // Given
        ScenarioClient client = BROKER.client(kind);
        String topic = BROKER.freshPartition().topic();

        // Then
        Failures.assertError(() -> client.createTopic(topic, 1, Map.of()), Errors.TOPIC_ALREADY_EXISTS);
    }

    @EachClient
    void shouldRefuseAnInvalidName(ClientKind kind) {
        // Given
        ScenarioClient client = BROKER.client(kind);

        // Then
        for (String name : List.of("no/slash", "ümlaut", "x".repeat(250))) {
            Failures.assertError(() -> client.createTopic(name, 1, Map.of()), Errors.INVALID_TOPIC_EXCEPTION);
        }
    }

    @EachClient
    void shouldRefuseAnInvalidSetting(ClientKind kind) {
        // Given
        ScenarioClient client = BROKER.client(kind);
        String topic = BROKER.freshTopicName();

        // Then
        Failures.assertError(() -> client.createTopic(topic, 1, Map.of("retention.ms", "soon")), Errors.INVALID_CONFIG);
        Failures.assertError(() -> client.createTopic(topic, 1, Map.of("retention.msec", "1")), Errors.INVALID_CONFIG);
        assertThat(client.topics()).doesNotContain(topic);
    }

    @EachClient
    void shouldDeleteATopic(ClientKind kind) {
        // Given
        ScenarioClient client = BROKER.client(kind);
        TopicPartition partition = BROKER.freshPartition();
        client.producer(ProducerSettings.PLAIN).send(Message.to(partition, "gone"));

        // When
        client.deleteTopic(partition.topic());

        // Then
        Awaitility.await().atMost(LIMIT).untilAsserted(() -> assertThat(client.topics())
                .doesNotContain(partition.topic()));
        Failures.assertError(() -> client.deleteTopic(partition.topic()), Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @EachClient
    void shouldCreateADeletedTopicAgainEmpty(ClientKind kind) {
        // Given
        ScenarioClient client = BROKER.client(kind);
        TopicPartition partition = BROKER.freshPartition();
        BROKER.client(ClientKind.JAVA).producer(ProducerSettings.PLAIN).send(Message.to(partition, "old"));
        client.deleteTopic(partition.topic());

        // When
        Awaitility.await().atMost(LIMIT).ignoreExceptions().until(() -> {
            client.createTopic(partition.topic(), 1, Map.of());
            return true;
        });

        // Then
        assertThat(client.producer(ProducerSettings.PLAIN)
                        .send(Message.to(partition, "new"))
                        .offset())
                .isZero();
    }

    @EachClient
    void shouldRefuseToDeleteAnUnknownTopic(ClientKind kind) {
        Failures.assertError(() -> BROKER.client(kind).deleteTopic("no-such-topic"), Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }
}
