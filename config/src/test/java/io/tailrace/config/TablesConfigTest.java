package io.tailrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TablesConfigTest {
    private static final Map<String, String> NEEDED = Map.of(
            "PG_DATABASE",
            "mydb",
            "PG_USERNAME",
            "replicator",
            "PG_PASSWORD",
            "hunter2",
            "KAFKA_BROKERS",
            "a:9092, b:9092");

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
    void shouldTakeTheOtherToolsConfigurationAsItIs() {
        // Given
        files.write("ca.pem", "CA");
        files.write("key.pem", "KEY");

        // When
        TablesConfig config = load(
                """
                [postgres]
                host = "db"
                port = 5433
                database = "mydb"
                username = "replicator"
                password = "hunter2"
                publication = "my_publication"
                slot_name = "my_slot"
                connect_timeout_secs = 5
                ssl_mode = "Prefer"
                [postgres.ssl]
                enabled = true
                ca_cert = "ca.pem"
                [kafka]
                brokers = ["k1:9092", "k2:9092"]
                topic_prefix = "cdc"
                compression = "zstd"
                acks = "all"
                linger_ms = 10
                batch_size = 1000
                buffer_memory = 67108864
                [kafka.producer_config]
                "linger.ms" = "20"
                "retries" = "10"
                "delivery.timeout.ms" = "120000"
                [kafka.ssl]
                enabled = true
                ca_cert = "ca.pem"
                client_cert = "ca.pem"
                client_key = "key.pem"
                [kafka.sasl]
                enabled = true
                mechanism = "SCRAM-SHA-512"
                username = "user"
                password = "hunter2"
                [replication]
                poll_interval_ms = 50
                keepalive_interval_secs = 11
                checkpoint_interval_secs = 30
                checkpoint_file = "/var/lib/checkpoint.json"
                max_buffer_size = 10
                [logging]
                level = "INFO"
                format = "json"
                """,
                Map.of());

        // Then
        PostgresConfig postgres = config.postgres().postgres();
        assertThat(postgres.jdbcUrl()).isEqualTo("jdbc:postgresql://db:5433/mydb");
        assertThat(postgres.sslMode()).isEqualTo("verify-full");
        TargetConfig target = config.kafka().target();
        assertThat(target.bootstrapServers()).isEqualTo("k1:9092,k2:9092");
        assertThat(target.securityProtocol()).isEqualTo("SASL_SSL");
        assertThat(target.producer())
                .containsEntry("linger.ms", "20")
                .containsEntry("compression.type", "zstd")
                .containsEntry("ssl.keystore.key", "KEY")
                .doesNotContainKeys("retries", "delivery.timeout.ms");
        assertThat(config.replication().checkpointFile()).isEqualTo("/var/lib/checkpoint.json");
        assertThat(config.logging().format()).isEqualTo("json");
        assertThat(config.toString()).doesNotContain("hunter2");
    }

    @Test
    void shouldDoWithTheEnvironmentAlone() {
        // When
        TablesConfig config = TablesConfigLoader.load(null, NEEDED);

        // Then
        assertThat(config.postgres().host()).isEqualTo("localhost");
        assertThat(config.postgres().publication()).isEqualTo("pg_replicate_kafka_pub");
        assertThat(config.postgres().slotName()).isEqualTo("pg_replicate_kafka_slot");
        assertThat(config.kafka().topicPrefix()).isEqualTo("cdc");
        assertThat(config.replication().checkpointFile()).isEmpty();
    }

    @Test
    void shouldPreferTheEnvironmentToTheFile() {
        // When
        TablesConfig config = load(
                "[kafka]\ntopic_prefix = \"file\"\ncompression = \"gzip\"",
                with("KAFKA_TOPIC_PREFIX", "environment", "PG_REPLICATE_KAFKA_KAFKA_COMPRESSION", "lz4"));

        // Then
        assertThat(config.kafka().topicPrefix()).isEqualTo("environment");
        assertThat(config.kafka().compression()).isEqualTo("lz4");
    }

    @Test
    void shouldFillInVariables() {
        // When
        TablesConfig config = load(
                "[postgres]\nhost = \"${SOME_HOST:-fallback}\"\nport = \"${SOME_PORT:-5433}\"",
                with("SOME_HOST", "db", "UNUSED", ""));

        // Then
        assertThat(config.postgres().host()).isEqualTo("db");
        assertThat(config.postgres().port()).isEqualTo(5433);
    }

    @Test
    void shouldSayWhatIsWrong() {
        // When
        List<String> problems = problems(
                """
                [postgres]
                publicaton = "x"
                password = "${NOWHERE}"
                [kafka]
                brokers = ["localhost"]
                """,
                with("KAFKA_BROKERS", "", "PG_PASSWORD", ""));

        // Then
        assertThat(problems)
                .contains(
                        "unknown setting `postgres.publicaton` in tables.toml; did you mean `postgres.publication`?",
                        "postgres.password in tables.toml needs the variable NOWHERE, which is not set",
                        "kafka.brokers: \"localhost\" is not an address like kafka-1:9092");
    }

    @Test
    void shouldNameTheVariableOfWhatIsMissing() {
        // When
        List<String> problems = problems("", Map.of());

        // Then
        assertThat(problems)
                .anySatisfy(problem ->
                        assertThat(problem).contains("postgres.database").contains("PG_DATABASE"))
                .anySatisfy(
                        problem -> assertThat(problem).contains("kafka.brokers").contains("KAFKA_BROKERS"));
    }

    @Test
    void shouldNameEverySettingAndVariableInTheDocs() throws Exception {
        // When
        String page = Files.readString(Path.of("../docs/tables.md"));

        // Then
        assertThat(TablesConfigLoader.NAMES.keySet())
                .allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
        assertThat(SettingCatalog.of(TablesConfig.class).settings().map(SettingDefinition::name))
                .allSatisfy(name ->
                        assertThat(page).contains("`" + name.replaceFirst("^(ssl|sasl)_(?!mode)", "$1.") + "`"));
    }

    private static Map<String, String> with(String name, String value, String other, String otherValue) {
        Map<String, String> environment = new HashMap<>(NEEDED);
        environment.put(name, value);
        environment.put(other, otherValue);
        return environment;
    }

    private TablesConfig load(String toml, Map<String, String> environment) {
        return TablesConfigLoader.load(files.write("tables.toml", toml), environment);
    }

    private List<String> problems(String toml, Map<String, String> environment) {
        return files.problems(() -> load(toml, environment));
    }
}
