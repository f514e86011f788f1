package io.tailrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileSettingsTest {
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
    void shouldReadToml() {
        // When
        BrokerConfig config = files.broker(
                """
                topics.auto_create = false
                [broker]
                host = "0.0.0.0"
                max_frame_bytes = 2_000_000
                max_request_memory_bytes = "8 MiB"
                idle_timeout = "90s"
                """);

        // Then
        assertThat(config.broker().host()).isEqualTo("0.0.0.0");
        assertThat(config.broker().bindsEveryAddress()).isTrue();
        assertThat(config.broker().maxFrameBytes()).isEqualTo(2_000_000);
        assertThat(config.broker().maxRequestMemoryBytes()).isEqualTo(8L << 20);
        assertThat(config.broker().idleTimeout()).isEqualTo(Duration.ofSeconds(90));
        assertThat(config.topics().autoCreate()).isFalse();
        assertThat(config.topics().defaultPartitions()).isEqualTo(1);
    }

    @Test
    void shouldReadProperties() {
        // Given
        Path file = files.write(
                "forwarder.properties",
                """
                # a comment
                kafka.bootstrap_servers = kafka-1:9092,kafka-2:9092
                kafka.producer.linger.ms = 20
                postgres.user = jürgen
                """);

        // When
        ForwarderConfig config = ConfigLoader.load(ForwarderConfig.class, file, Map.of());

        // Then
        assertThat(config.kafka().bootstrapServers()).isEqualTo("kafka-1:9092,kafka-2:9092");
        assertThat(config.kafka().producer()).containsExactly(Map.entry("linger.ms", "20"));
        assertThat(config.postgres().user()).isEqualTo("jürgen");
    }

    @Test
    void shouldPassOnProducerSettingsQuotedOrNot() {
        // When
        ForwarderConfig config = files.forwarder(
                """
                [kafka]
                bootstrap_servers = ["kafka-1:9092", "[::1]:9092"]
                [kafka.producer]
                "compression.type" = "lz4"
                linger.ms = 5
                """,
                Map.of());

        // Then
        assertThat(config.kafka().bootstrapServers()).isEqualTo("kafka-1:9092,[::1]:9092");
        assertThat(config.kafka().producer())
                .containsOnly(Map.entry("compression.type", "lz4"), Map.entry("linger.ms", "5"));
    }

    @Test
    void shouldTakeAnEmptyFileForTheDefaults() {
        // When
        BrokerConfig config = files.broker("");

        // Then
        assertThat(config).isEqualTo(BrokerConfig.defaults());
    }

    @Test
    void shouldNameTheNearestSettingForAnUnknownOne() {
        // When
        List<String> problems = files.brokerProblems(
                """
                idle_timeout = "5s"
                broker.prot = 1
                postgres.pasword_file = "x"
                topics = 5
                """);

        // Then
        assertThat(problems)
                .containsExactly(
                        "unknown setting `idle_timeout` in broker.toml; did you mean `broker.idle_timeout`?",
                        "unknown setting `broker.prot` in broker.toml; did you mean `broker.port`?",
                        "unknown setting `postgres.pasword_file` in broker.toml; did you mean `postgres.password_file`?",
                        "unknown setting `topics` in broker.toml; it is a section, [topics], that holds settings");
    }

    @Test
    void shouldSayWhichProgramASettingBelongsTo() {
        // When
        List<String> problems = files.brokerProblems("kafka.producer.linger.ms = 5");

        // Then
        assertThat(problems)
                .containsExactly(
                        "unknown setting `kafka.producer.linger.ms` in broker.toml; it belongs to the forwarder, into a file of its own");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    [broker]#port = 1#port = 2#       | line 3: this setting stands in the file twice
                    [broker]#port = 1#port = 2##  % x#[log] | line 3: this setting stands in the file twice
                    [broker]#[broker]#                | line 2: this section stands in the file twice
                    [broker]#host = nobody            | line 2: this is not a value; text needs quotes around it
                    [broker]#host = "no#              | line 2: the line ends too early; a value, a quote or a bracket is missing
                    [broker]##[log#                   | line 3: the line ends too early; a value, a quote or a bracket is missing
                    """)
    void shouldNameTheLineThatIsNotToml(String lines, String problem) {
        // When
        List<String> problems = files.brokerProblems(lines.replace('#', '\n').replace('%', '#'));

        // Then
        assertThat(problems).containsExactly("broker.toml, " + problem);
    }

    @Test
    void shouldNotRepeatALineThatMayHoldASecret() {
        // When
        List<String> problems = files.brokerProblems("postgres.password = hunter2");

        // Then
        assertThat(problems).singleElement().asString().doesNotContain("hunter2");
    }

    @Test
    void shouldRefuseATableWhereThereIsNone() {
        // When
        List<String> problems = files.brokerProblems("[[broker]]\nport = 1");

        // Then
        assertThat(problems)
                .containsExactly(
                        "broker in broker.toml is a list of tables or lists; write one table [broker], or plain values");
    }

    @Test
    void shouldSayThatAFileIsMissing() {
        // When
        List<String> problems =
                files.problems(() -> ConfigLoader.load(BrokerConfig.class, directory.resolve("none.toml"), Map.of()));

        // Then
        assertThat(problems).containsExactly("there is no configuration file none.toml");
    }

    @Test
    void shouldReadNothingButTomlAndProperties() {
        // Given
        Path file = files.write("broker.yaml", "broker: {}");

        // When
        List<String> problems = files.problems(() -> ConfigLoader.load(BrokerConfig.class, file, Map.of()));

        // Then
        assertThat(problems)
                .containsExactly(
                        "cannot read the configuration file broker.yaml: its name must end in .toml or .properties");
    }
}
