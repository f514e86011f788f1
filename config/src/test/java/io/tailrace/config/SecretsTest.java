package io.tailrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTest {
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
    void shouldReadASecretFromAFileBesideTheConfiguration() {
        // Given
        files.write("password", " hunter2 \n");

        // When
        BrokerConfig config = files.broker("postgres.password_file = \"password\"");

        // Then
        assertThat(config.postgres().password()).isEqualTo(new Secret(" hunter2 "));
    }

    @Test
    void shouldReadASecretFromAFileNamedByTheEnvironment() {
        // Given
        Path password = files.write("password", "hunter2");

        // When
        ForwarderConfig config = files.forwarder("", Map.of("PG_PASSWORD_FILE", password.toString()));

        // Then
        assertThat(config.postgres().password().value()).isEqualTo("hunter2");
    }

    @Test
    void shouldPreferTheEnvironmentsSecretToTheFilesSecretFile() {
        // When
        BrokerConfig config =
                files.broker("postgres.password_file = \"missing\"", Map.of("TAILRACE_POSTGRES_PASSWORD", "hunter2"));

        // Then
        assertThat(config.postgres().password().value()).isEqualTo("hunter2");
    }

    @Test
    void shouldRefuseASecretThatIsSetTwice() {
        // When
        List<String> problems = files.brokerProblems("[postgres]\npassword = \"hunter2\"\npassword_file = \"x\"");

        // Then
        assertThat(problems)
                .containsExactly("postgres.password and postgres.password_file are both set in broker.toml; keep one");
    }

    @Test
    void shouldSayThatASecretFileIsMissingOrEmpty() {
        // Given
        files.write("empty", "\n");

        // When
        List<String> problems = files.forwarderProblems(
                "postgres.password_file = \"empty\"\nkafka.truststore_password_file = \"missing\"");

        // Then
        assertThat(problems)
                .containsExactly(
                        "postgres.password_file = \"empty\" in forwarder.toml: the file is empty",
                        "kafka.truststore_password_file = \"missing\" in forwarder.toml: there is no such file, or it cannot be read");
    }

    @Test
    void shouldMaskSecretsWhenPrinted() {
        // When
        ForwarderConfig config = files.forwarder(
                """
                [postgres]
                password = "hunter2"
                [kafka]
                security_protocol = "SASL_SSL"
                sasl_mechanism = "PLAIN"
                username = "alice"
                password = "hunter2"
                producer."ssl.keystore.password" = "hunter2"
                """,
                Map.of());

        // Then
        assertThat(config.toString())
                .contains("password=****", "alice", "ssl.keystore.password")
                .doesNotContain("hunter2");
    }
}
