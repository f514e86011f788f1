package io.tailrace.e2e.program;

import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.PostgresExtension;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fresh databases in one Postgres for the whole run: the embedded one, or with {@code -Dtailrace.test.postgres=testcontainers}
 * one in a container (needs a Docker engine).
 */
public final class Databases implements BeforeAllCallback, AfterTestExecutionCallback {

    private static final boolean IN_CONTAINER = "testcontainers".equals(System.getProperty("tailrace.test.postgres"));

    private final PostgresExtension embedded = new PostgresExtension();

    @Override
    public void beforeAll(ExtensionContext context) {
        if (!IN_CONTAINER) {
            embedded.beforeAll(context);
        }
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        if (!IN_CONTAINER) {
            embedded.afterTestExecution(context);
        }
    }

    /** A new, empty database owned by the role that connects to it; has the extension pg_stat_statements. */
    public PostgresAddress fresh() {
        return IN_CONTAINER ? PostgresContainer.freshDatabase() : embedded.freshDatabase();
    }

    /** A database as the superuser. */
    public PostgresAddress superuser(String database) {
        return IN_CONTAINER
                ? PostgresContainer.superuser(database)
                : embedded.server().superuser(database);
    }
}
