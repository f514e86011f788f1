package io.tailrace.local.junit;

import io.tailrace.local.LocalPostgres;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.PostgresOptions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The Postgres that all tests of this JVM share:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final PostgresExtension POSTGRES = new PostgresExtension();
 * …
 * PostgresAddress database = POSTGRES.freshDatabase();
 * }</pre>
 *
 * It does not wait for the disk: what a test writes need not outlive the machine. A test that stops or kills its Postgres
 * starts one of its own with {@link LocalPostgres}. Replication slots belong to the
 * whole server: give each a name of its own, and drop it. The log is kept in {@code target/server-logs} when a test fails.
 */
public final class PostgresExtension implements BeforeAllCallback, AfterTestExecutionCallback {

    private static final SharedServer<LocalPostgres> SHARED = new SharedServer<>(
            "postgres",
            logFile -> LocalPostgres.start(PostgresOptions.temporary()
                    .withLogFile(logFile)
                    .withSetting("shared_preload_libraries", "pg_stat_statements")
                    .withSetting("fsync", "off")));
    private static final AtomicInteger DATABASES = new AtomicInteger();

    @Override
    public void beforeAll(ExtensionContext context) {
        SHARED.server();
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        if (context.getExecutionException().isPresent()) {
            SHARED.testFailed();
        }
    }

    public LocalPostgres server() {
        return SHARED.server();
    }

    /** A new, empty database owned by the role that connects to it; has the extension pg_stat_statements. */
    public PostgresAddress freshDatabase() {
        String name = "test_" + DATABASES.incrementAndGet();
        PostgresAddress database = server().createDatabase(name);
        try (Connection connection = server().superuser(name).connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return database;
    }
}
