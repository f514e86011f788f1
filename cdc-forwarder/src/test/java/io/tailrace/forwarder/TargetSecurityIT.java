package io.tailrace.forwarder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tailrace.config.Secret;
import io.tailrace.config.TargetConfig;
import io.tailrace.forwarder.checkpoint.Delivery;
import io.tailrace.forwarder.checkpoint.PartitionProgress;
import io.tailrace.forwarder.decode.LogRow;
import io.tailrace.forwarder.route.NamePatterns;
import io.tailrace.forwarder.sink.IdentityRequest;
import io.tailrace.forwarder.sink.TargetException;
import io.tailrace.forwarder.sink.TargetSettings;
import io.tailrace.forwarder.sink.TargetTopic;
import io.tailrace.forwarder.sink.TargetTopics;
import io.tailrace.forwarder.sink.TargetWriter;
import io.tailrace.local.Certificates;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.junit.KafkaExtension;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every way to log in to the target, and what is said when it fails. */
final class TargetSecurityIT {
    @RegisterExtension
    static final KafkaExtension KAFKA = new KafkaExtension();

    private static TargetConfig config(
            KafkaListener listener, String mechanism, String password, @Nullable Path truststore) {
        boolean sasl = !mechanism.isEmpty();
        return new TargetConfig(
                KAFKA.server().bootstrapServers(listener),
                listener.name(),
                mechanism,
                sasl ? KAFKA.server().user() : "",
                sasl ? new Secret(password) : Secret.NONE,
                truststore,
                new Secret(KAFKA.server().certificates().password()),
                null,
                Secret.NONE,
                Secret.NONE,
                -1,
                Map.of());
    }

    private static TargetTopics topics(TargetConfig config) {
        return new TargetTopics(
                new TargetSettings(config, 1), config.bootstrapServers(), 1, new NamePatterns(List.of()));
    }

    private static @Nullable Path truststore(String kind) {
        Certificates certificates = KAFKA.server().certificates();
        return switch (kind) {
            case "pem" -> certificates.trustStorePem();
            case "jks" -> certificates.trustStoreJks();
            case "p12" -> certificates.trustStorePkcs12();
            default -> null;
        };
    }

    @ParameterizedTest
    @CsvSource({
        "PLAINTEXT, '', none",
        "SSL, '', pem",
        "SSL, '', jks",
        "SASL_PLAINTEXT, PLAIN, none",
        "SASL_PLAINTEXT, SCRAM-SHA-256, none",
        "SASL_SSL, SCRAM-SHA-512, pem",
        "SASL_SSL, PLAIN, p12"
    })
    void shouldCreateATopicAndSend(KafkaListener listener, String mechanism, String truststore) throws Exception {
        // Given
        TargetConfig config = config(listener, mechanism, KAFKA.server().password(), truststore(truststore));
        String topic = KAFKA.freshTopicName();
        TopicPartition partition = new TopicPartition(topic, 1);
        Delivery delivery = new Delivery(new PartitionProgress(1, 1, 0, null), 0, 1, 1);

        // When
        try (TargetTopics topics = topics(config);
                TargetWriter writer = new TargetWriter(new TargetSettings(config, 1 << 20))) {
            assertThat(topics.clusterId()).isNotEmpty();
            topics.ensure(new TargetTopic(topic, 2, Map.of(), Map.of()));
            writer.begin(partition, 0, IdentityRequest.send(new TargetSettings(config, 1 << 20)));
            writer.write(partition, new LogRow(1, 1, 0, 1, null, new byte[] {1}, List.of()), delivery);
            await().atMost(Duration.ofSeconds(20)).until(() -> !delivery.isPending());
        }

        // Then
        assertThat(delivery.error()).isNull();
    }

    @Test
    void shouldSayThatTheLoginWasRefused() {
        try (TargetTopics topics =
                topics(config(KafkaListener.SASL_PLAINTEXT, "SCRAM-SHA-512", "wrong-password", null))) {
            assertThatThrownBy(topics::clusterId)
                    .isInstanceOf(TargetException.class)
                    .hasMessageContaining("refused the login")
                    .hasMessageContaining("kafka.password")
                    .hasMessageNotContaining("wrong-password");
        }
    }

    @Test
    void shouldSayThatTheCertificateIsNotTrusted() {
        try (TargetTopics topics = topics(config(KafkaListener.SSL, "", "", null))) {
            assertThatThrownBy(topics::clusterId)
                    .isInstanceOf(TargetException.class)
                    .hasMessageContaining("kafka.truststore");
        }
    }
}
