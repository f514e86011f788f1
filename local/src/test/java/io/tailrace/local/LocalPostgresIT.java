package io.tailrace.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalPostgresIT {

    @Test
    void shouldBeDurableAndReadyForReplication() throws SQLException {
        try (LocalPostgres postgres = LocalPostgres.start()) {
            // When
            String settings = query(
                    postgres.address(),
                    "SELECT string_agg(setting, ',' ORDER BY name) FROM pg_settings"
                            + " WHERE name IN ('fsync', 'synchronous_commit', 'wal_level')");
            String replication =
                    query(postgres.address(), "SELECT rolreplication FROM pg_roles WHERE rolname = 'tailrace'");

            // Then
            assertThat(settings).isEqualTo("on,on,logical");
            assertThat(replication).isEqualTo("t");
        }
    }

    @Test
    void shouldKeepItsDataOverKillAndRestart(@TempDir Path directory) throws SQLException {
        // Given
        int port;
        try (LocalPostgres postgres = LocalPostgres.start(PostgresOptions.kept(directory))) {
            port = postgres.port();
            execute(postgres.address(), "CREATE TABLE kept AS SELECT 1 AS id");
            postgres.killAndRestart();
            execute(postgres.address(), "INSERT INTO kept VALUES (2)");
            postgres.restart();
            execute(postgres.address(), "INSERT INTO kept VALUES (3)");
        }

        // When
        try (LocalPostgres postgres =
                LocalPostgres.start(PostgresOptions.kept(directory).withPort(port))) {

            // Then
            assertThat(query(postgres.address(), "SELECT count(*) FROM kept")).isEqualTo("3");
        }
    }

    static void execute(PostgresAddress address, String sql) throws SQLException {
        try (Connection connection = address.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static String query(PostgresAddress address, String sql) throws SQLException {
        try (Connection connection = address.connect();
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
