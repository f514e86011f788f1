package io.tailrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentSettingsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path directory;

    @SuppressWarnings("NullAway.Init") // Set before each test.
    private ConfigFiles files;

    @BeforeEach
    void open() {
        files = new ConfigFiles(directory);
    }

    @Test
    void shouldPreferTheEnvironmentToTheFile() {
        // When
        BrokerConfig config = files.broker("broker.port = 1\nbroker.node_id = 7", Map.of("TAILRACE_BROKER_PORT", "2"));

        // Then
        assertThat(config.broker().port()).isEqualTo(2);
        assertThat(config.broker().nodeId()).isEqualTo(7);
    }

    @Test
    void shouldSetEveryKeyFromTheEnvironment() {
        // Given
        SettingCatalog catalog = SettingCatalog.of(ForwarderConfig.class);

        // Then
        assertThat(catalog.keys())
                .allSatisfy(key -> assertThat(catalog.keyOfEnvironmentName(SettingDefinition.environmentName(key)))
                        .contains(key));
    }

    @Test
    void shouldTakeProducerSettingsFromTheEnvironment() {
        // When
        ForwarderConfig config = files.forwarder(
                "kafka.producer.linger.ms = 5\nkafka.producer.batch.size = 100",
                Map.of("TAILRACE_KAFKA_PRODUCER_LINGER_MS", "10"));

        // Then
        assertThat(config.kafka().producer())
                .containsOnly(Map.entry("linger.ms", "10"), Map.entry("batch.size", "100"));
    }

    @Test
    void shouldUnderstandPlainNamesInTheForwarder() {
        // When
        ForwarderConfig config = files.forwarder(
                "postgres.host = \"file\"\npostgres.port = 1",
                Map.of(
                        "PG_HOST", "plain",
                        "PG_PORT", "2",
                        "TAILRACE_POSTGRES_PORT", "3",
                        "KAFKA_BROKERS", "kafka:9093",
                        "KAFKA_SECURITY_PROTOCOL", "SASL_SSL",
                        "KAFKA_SASL_MECHANISM", "SCRAM-SHA-512",
                        "KAFKA_SASL_USERNAME", "alice",
                        "KAFKA_SASL_PASSWORD", "secret"));

        // Then
        assertThat(config.postgres().host()).isEqualTo("plain");
        assertThat(config.postgres().port()).isEqualTo(3);
        assertThat(config.kafka().bootstrapServers()).isEqualTo("kafka:9093");
        assertThat(config.kafka().password().value()).isEqualTo("secret");
    }

    @Test
    void shouldKnowTheSettingOfEachPlainName() {
        // Given
        SettingCatalog catalog = SettingCatalog.of(ForwarderConfig.class);

        // Then
        assertThat(EnvironmentSettings.PLAIN_NAMES.values()).allMatch(catalog::knows);
    }

    @Test
    void shouldLeavePlainNamesAloneInTheBroker() {
        // When
        BrokerConfig config = files.broker("", Map.of("PG_HOST", "elsewhere"));

        // Then
        assertThat(config.postgres().host()).isEqualTo("127.0.0.1");
    }

    @Test
    void shouldTakeAnEmptyVariableForOneThatIsNotSet() {
        // When
        BrokerConfig config = files.broker("broker.port = 1", Map.of("TAILRACE_BROKER_PORT", ""));

        // Then
        assertThat(config.broker().port()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "TAILRACE_BROKER_PROT, TAILRACE_BROKER_PORT",
        "TAILRACE_PG_PASSWORD, TAILRACE_POSTGRES_PASSWORD",
        "TAILRACE_BROKER_MAXCONNECTIONS, TAILRACE_BROKER_MAX_CONNECTIONS"
    })
    void shouldNameTheNearestVariableForAnUnknownOne(String name, String nearest) {
        // When
        List<String> problems = files.problems(() -> files.broker("", Map.of(name, "1")));

        // Then
        assertThat(problems)
                .containsExactly(
                        "unknown setting `%s` in the environment; did you mean `%s`?".formatted(name, nearest));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TAILRACE_LOG_LEVEL=DEBUG",
                "TAILRACE_KAFKA_USERNAME=alice",
                "TAILRACE_KAFKA_PRODUCER_LINGER_MS=5",
                "TAILRACE_BROKER_PORT=tcp://10.0.0.1:9092",
                "TAILRACE_BROKER_SERVICE_HOST=10.0.0.1",
                "TAILRACE_BROKER_SERVICE_PORT_KAFKA=9092",
                "TAILRACE_BROKER_PORT_9092_TCP=tcp://10.0.0.1:9092",
                "TAILRACE_BROKER_PORT_9092_TCP_ADDR=10.0.0.1",
                "TAILRACEROUTE=1"
            })
    void shouldPassOverWhatIsMeantForOthers(String variable) {
        // Given
        String[] parts = variable.split("=", 2);

        // When
        BrokerConfig config = files.broker("", Map.of(parts[0], parts[1]));

        // Then
        assertThat(config).isEqualTo(BrokerConfig.defaults());
    }
}
