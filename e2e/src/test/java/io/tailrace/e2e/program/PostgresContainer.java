package io.tailrace.e2e.program;

import io.tailrace.local.PostgresAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** The Postgres of a run in a container; started when first asked for, removed by Testcontainers when this JVM ends. Thread-safe. */
final class PostgresContainer {

    private static final AtomicInteger DATABASES = new AtomicInteger();

    private PostgresContainer() {}

    static PostgresAddress superuser(String database) {
        PostgreSQLContainer server = Holder.SERVER;
        return new PostgresAddress(
                server.getHost(), server.getFirstMappedPort(), database, server.getUsername(), server.getPassword());
    }

    static PostgresAddress freshDatabase() {
        String name = "test_" + DATABASES.incrementAndGet();
        execute("postgres", "CREATE DATABASE " + name);
        execute(name, "CREATE EXTENSION pg_stat_statements");
        return superuser(name);
    }

    private static void execute(String database, String sql) {
        try (Connection connection = superuser(database).connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Holder {
        static final PostgreSQLContainer SERVER = start();

        private static PostgreSQLContainer start() {
            PostgreSQLContainer server = new PostgreSQLContainer("postgres:18-alpine");
            server.withCommand(
                    "postgres", "-c", "wal_level=logical", "-c", "shared_preload_libraries=pg_stat_statements");
            server.start();
            return server;
        }
    }
}
