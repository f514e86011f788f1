package io.tailrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValueRulesTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path directory;

    @SuppressWarnings("NullAway.Init") // Set before each test.
    private ConfigFiles files;

    @BeforeEach
    void open() {
        files = new ConfigFiles(directory);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    broker.port            | abc    | a whole number from 0 to 65535
                    broker.port            | 70000  | a whole number from 0 to 65535
                    broker.port            | -1     | a whole number from 0 to 65535
                    broker.port            | 1KiB   | a whole number from 0 to 65535
                    broker.port            | 99999999999999999999 | a whole number from 0 to 65535
                    broker.host            | ''     | a value that is not empty
                    broker.max_frame_bytes | 1TB    | a size from 1KiB to 1GiB, in bytes or with KiB, MiB or GiB,
                    broker.max_frame_bytes | 9999999999GiB | a size from 1KiB to 1GiB, in bytes or with KiB, MiB or GiB,
                    broker.idle_timeout    | 5      | a time from 1ms to 365d, with its unit (ms, s, m, h or d),
                    broker.idle_timeout    | 0s     | a time from 1ms to 365d, with its unit (ms, s, m, h or d),
                    broker.idle_timeout    | 366d   | a time from 1ms to 365d, with its unit (ms, s, m, h or d),
                    topics.auto_create     | yes    | true or false
                    topics.message_timestamp_type | createtime | one of CreateTime, LogAppendTime
                    """)
    void shouldSayWhatIsAllowedInsteadOfAWrongValue(String key, String value, String expected) {
        // When
        List<String> problems = files.brokerProblems("%s = \"%s\"".formatted(key, value));

        // Then
        assertThat(problems)
                .containsExactly("%s = \"%s\" in broker.toml: %s is needed".formatted(key, value, expected));
    }

    @Test
    void shouldReportAllProblemsAtOnce() {
        // When
        List<String> problems =
                files.brokerProblems("broker.prot = 1\nbroker.port = -1\nlog.appenders = 0\npostgres.host = \"a:5\"");

        // Then
        assertThat(problems).hasSize(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    broker.max_request_memory_bytes = "1MiB" | broker.max_request_memory_bytes = 1048576 is less than broker.max_frame_bytes = 104857600
                    broker.advertised_host = "0.0.0.0"       | broker.advertised_host = "0.0.0.0" is not an address that a client can connect to
                    topics.default_partitions = 2000         | topics.default_partitions = 2000 is greater than topics.max_partitions = 1000
                    topics.max_message_bytes = "200MiB"      | topics.max_message_bytes = 209715200 is greater than broker.max_frame_bytes = 104857600
                    postgres.host = "db/x"                   | postgres.host = "db/x": one host name or address is needed
                    """)
    void shouldRefuseBrokerSettingsThatContradictEachOther(String toml, String problem) {
        // When
        List<String> problems = files.brokerProblems(toml);

        // Then
        assertThat(problems).singleElement().asString().startsWith(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    bootstrap_servers = "kafka"              | kafka.bootstrap_servers = "kafka": addresses like kafka-1:9092, separated by commas, are needed
                    bootstrap_servers = "a:1,"               | kafka.bootstrap_servers = "a:1,": addresses like kafka-1:9092, separated by commas, are needed
                    username = "alice"                       | kafka.username is set, but kafka.security_protocol = "PLAINTEXT" does not log in
                    truststore = "forwarder.toml"            | kafka.truststore is set, but kafka.security_protocol = "PLAINTEXT" does not use TLS; use SSL, or remove it
                    truststore = "none.pem"                  | kafka.truststore = "none.pem" in forwarder.toml: there is no such file, or it cannot be read
                    replication_factor = 0                   | kafka.replication_factor = 0: a whole number from 1, or -1
                    sasl_mechanism = "GSSAPI"                | kafka.sasl_mechanism = "GSSAPI" in forwarder.toml: one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 is needed
                    producer.acks = 1                        | kafka.producer.acks cannot be set: the forwarder always waits for all replicas
                    """)
    void shouldRefuseTargetSettingsThatContradictEachOther(String toml, String problem) {
        // When
        List<String> problems = files.forwarderProblems("[kafka]\n" + toml);

        // Then
        assertThat(problems).singleElement().asString().startsWith(problem);
    }

    @Test
    void shouldAskForEverythingThatALoginNeeds() {
        // When
        List<String> problems = files.forwarderProblems("kafka.security_protocol = \"SASL_SSL\"");

        // Then
        assertThat(problems)
                .containsExactly(
                        "kafka.sasl_mechanism is not set, but kafka.security_protocol = \"SASL_SSL\" needs it",
                        "kafka.username is not set, but kafka.security_protocol = \"SASL_SSL\" needs it",
                        "kafka.password is not set, but kafka.security_protocol = \"SASL_SSL\" needs it");
    }

    @ParameterizedTest
    @CsvSource({"Tailrace", "a-b", "''"})
    void shouldRefuseASlotNameThatPostgresWouldRefuse(String slot) {
        // When
        List<String> problems = files.forwarderProblems("replication.slot = \"%s\"".formatted(slot));

        // Then
        assertThat(problems).singleElement().asString().startsWith("replication.slot = \"%s\"".formatted(slot));
    }

    @Test
    void shouldRefuseASlotNameThatIsTooLongForSeveralEngines() {
        // Given
        String longest = "s".repeat(54);

        // When
        List<String> problems =
                files.forwarderProblems("replication.slot = \"%ss\"%nreplication.engines = 2".formatted(longest));

        // Then
        assertThat(problems).singleElement().asString().contains("shorten it to 54");
        assertThat(files.forwarderProblems("replication.slot = \"%s\"%nreplication.engines = 2".formatted(longest)))
                .isEmpty();
    }

    @Test
    void shouldHaveLimitsForEveryNumberAndTime() {
        // When
        List<SettingDefinition> unlimited = Stream.of(BrokerConfig.class, ForwarderConfig.class)
                .flatMap(program -> SettingCatalog.of(program).settings())
                .filter(setting -> setting.isNumber() || setting.type() == Duration.class)
                .filter(setting -> setting.setting().min().isEmpty()
                        || setting.setting().max().isEmpty())
                .toList();

        // Then
        assertThat(unlimited).isEmpty();
    }
}
