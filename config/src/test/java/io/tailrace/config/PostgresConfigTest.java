package io.tailrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresConfigTest {
    @Test
    void shouldMakeAJdbcUrlWithoutTheLogin() {
        // Given
        PostgresConfig config = load(Map.of(
                "TAILRACE_POSTGRES_HOST", "::1",
                "TAILRACE_POSTGRES_PORT", "5433",
                "TAILRACE_POSTGRES_DATABASE", "my db/1",
                "TAILRACE_POSTGRES_PASSWORD", "hunter2"));

        // Then
        assertThat(config.jdbcUrl()).isEqualTo("jdbc:postgresql://[::1]:5433/my+db%2F1");
    }

    @Test
    void shouldGiveTheDriverLoginTlsAndTimeouts(@TempDir Path directory) {
        // Given
        Path certificate = new ConfigFiles(directory).write("ca.pem", "");
        PostgresConfig config = load(Map.of(
                "TAILRACE_POSTGRES_PASSWORD", "hunter2",
                "TAILRACE_POSTGRES_SSL_MODE", "verify-full",
                "TAILRACE_POSTGRES_SSL_ROOT_CERT", certificate.toString(),
                "TAILRACE_POSTGRES_STATEMENT_TIMEOUT", "5s"));

        // When
        Properties properties = config.connectionProperties("tailrace broker");

        // Then
        assertThat(properties)
                .containsEntry("user", "tailrace")
                .containsEntry("password", "hunter2")
                .containsEntry("ApplicationName", "tailrace broker")
                .containsEntry("sslmode", "verify-full")
                .containsEntry("sslrootcert", certificate.toString())
                .containsEntry("connectTimeout", "10")
                .containsEntry("socketTimeout", "15")
                .containsEntry("options", "-c statement_timeout=5000");
    }

    private static PostgresConfig load(Map<String, String> environment) {
        return ConfigLoader.load(BrokerConfig.class, null, environment).postgres();
    }
}
