package io.tailrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigDefaultsTest {
    @Test
    void shouldStartABrokerThatIsToldNothing() {
        // When
        BrokerConfig config = BrokerConfig.defaults();

        // Then
        assertThat(config.broker().port()).isEqualTo(9092);
        assertThat(config.broker().maxFrameBytes()).isEqualTo(104857600);
        assertThat(config.broker().maxRequestMemoryBytes()).isEqualTo(268435456L);
        assertThat(config.log().maxUncompressedBatchBytes()).isEqualTo(67108864);
        assertThat(config.log().fetchMaxBytes()).isEqualTo(57671680);
        assertThat(config.log().producerIdExpiration()).isEqualTo(Duration.ofDays(1));
        assertThat(config.postgres().sslRootCert()).isNull();
        assertThat(config.postgres().password().isEmpty()).isTrue();
    }

    @Test
    void shouldStartAForwarderThatIsToldNothing() {
        // When
        ForwarderConfig config = ForwarderConfig.defaults();

        // Then
        assertThat(config.kafka().bootstrapServers()).isEqualTo("127.0.0.1:19092");
        assertThat(config.kafka().producer()).isEmpty();
        assertThat(config.replication().checkpointInterval()).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void shouldTakeValuesFromTheEnvironment() {
        // When
        BrokerConfig config = ConfigLoader.load(BrokerConfig.class, null, Map.of("TAILRACE_BROKER_PORT", "0"));

        // Then
        assertThat(config.broker().port()).isZero();
    }
}
