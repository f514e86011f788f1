package io.tailrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.SharedBroker;
import io.tailrace.e2e.client.Capability;
import io.tailrace.e2e.client.ClientKind;
import io.tailrace.e2e.client.EachClient;
import io.tailrace.e2e.client.Message;
import io.tailrace.e2e.client.ProducerSettings;
import io.tailrace.e2e.client.ScenarioClient;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The settings of a topic are shown, changed and at once in effect. */
@Execution(ExecutionMode.CONCURRENT)
class ConfigScenariosIT {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @RegisterExtension
    static final SharedBroker BROKER = SharedBroker.ofAllClasses();

    @EachClient
    void shouldShowWhatATopicWasMadeWith(ClientKind kind) {
        // Given
        ScenarioClient client = BROKER.client(kind);
        String topic = BROKER.freshTopicName();

        // When
        client.createTopic(topic, 1, Map.of("retention.ms", "3600000", "cleanup.policy", "compact"));

        // Then
        Awaitility.await().atMost(LIMIT).untilAsserted(() -> assertThat(client.topicConfig(topic))
                .containsEntry("retention.ms", "3600000")
                .containsEntry("cleanup.policy", "compact")
                .containsEntry("max.message.bytes", "1048588"));
    }

    @EachClient
    void shouldChangeASetting(ClientKind kind) {
        // Given
        ScenarioClient client = BROKER.client(kind);
        var partition = BROKER.freshPartition();

        // When
        client.alterTopicConfig(partition.topic(), Map.of("max.message.bytes", "1000"));

        // Then
        Awaitility.await().atMost(LIMIT).untilAsserted(() -> assertThat(client.topicConfig(partition.topic()))
                .containsEntry("max.message.bytes", "1000"));
        var producer = client.producer(ProducerSettings.PLAIN);
        producer.send(Message.to(partition, "small"));
        Failures.assertError(() -> producer.send(Message.to(partition, "x".repeat(2_000))), Errors.MESSAGE_TOO_LARGE);
    }

    @EachClient(can = {Capability.BASICS, Capability.INCREMENTAL_CONFIGS})
    void shouldChangeOneSettingAndKeepTheOthers(ClientKind kind) {
        // Given
        ScenarioClient client = BROKER.client(kind);
        String topic = BROKER.freshPartition(Map.of("retention.ms", "1000000")).topic();

        // When
        client.alterTopicConfig(topic, Map.of("retention.bytes", "5000000"));

        // Then
        Awaitility.await().atMost(LIMIT).untilAsserted(() -> assertThat(client.topicConfig(topic))
                .containsEntry("retention.ms", "1000000")
                .containsEntry("retention.bytes", "5000000"));
    }

    @EachClient
    void shouldRefuseAWrongSetting(ClientKind kind) {
        // Given
        ScenarioClient client = BROKER.client(kind);
        String topic = BROKER.freshPartition().topic();

        // Then
        Failures.assertError(
                () -> client.alterTopicConfig(topic, Map.of("cleanup.policy", "burn")), Errors.INVALID_CONFIG);
        Failures.assertError(
                () -> client.alterTopicConfig("no-such-topic", Map.of("retention.ms", "1")),
                Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }
}
