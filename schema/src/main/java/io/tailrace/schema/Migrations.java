package io.tailrace.schema;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.output.MigrateResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates and updates the schema {@code kafka}. Each migration is a transaction, so that one which fails leaves nothing
 * behind. Any number of programs may start at once: {@link MigrationLock} lets them pass one by one, because two that
 * create the same schema collide in Postgres's catalog even with IF NOT EXISTS.
 *
 * <p>Stateless.
 */
public final class Migrations {
    static final String SCHEMA = "kafka";

    private static final Logger LOGGER = LoggerFactory.getLogger(Migrations.class);
    private static final Duration LOCK_TIMEOUT = Duration.ofMinutes(5);

    private Migrations() {}

    /**
     * Brings the database to the layout of this version.
     *
     * @param dataSource gives at least three connections at a time
     * @throws SchemaException where Postgres is too old, the role lacks a right, or the schema is not ours
     */
    public static void migrate(DataSource dataSource) {
        ServerFacts facts = ServerFacts.of(dataSource);
        PostgresRequirements.refuse(PostgresRequirements.brokerProblems(facts));
        if (!facts.schemaExists() && !facts.mayCreateSchema()) {
            throw new SchemaException(MigrationErrors.missingRight(facts));
        }
        try {
            MigrationLock.runAlone(dataSource, LOCK_TIMEOUT, () -> {
                migrateAlone(dataSource, facts);
                SqlRoles.check(dataSource, facts);
            });
        } catch (SQLException e) {
            throw SchemaException.of(e);
        }
    }

    private static void migrateAlone(DataSource dataSource, ServerFacts facts) {
        Flyway flyway = flyway(dataSource);
        try {
            requireNotNewer(flyway.info().all(), facts);
            MigrateResult result = flyway.migrate();
            if (result.migrationsExecuted > 0) {
                LOGGER.atInfo()
                        .addKeyValue("database", facts.database())
                        .addKeyValue("version", String.valueOf(result.targetSchemaVersion))
                        .log("schema migrated");
            }
        } catch (FlywayException e) {
            throw MigrationErrors.explain(e, facts);
        }
    }

    private static Flyway flyway(DataSource dataSource) {
        return Flyway.configure(Migrations.class.getClassLoader())
                .loggers(QuietFlywayLog.class.getName())
                .dataSource(dataSource)
                .schemas(SCHEMA)
                .defaultSchema(SCHEMA)
                .createSchemas(true)
                .table("schema_history")
                .locations("classpath:io/tailrace/schema/migration")
                .validateMigrationNaming(true)
                .cleanDisabled(true)
                .load();
    }

    /** An older program must not write to a layout whose rules it does not know. */
    private static void requireNotNewer(MigrationInfo[] migrations, ServerFacts facts) {
        Arrays.stream(migrations)
                .filter(migration -> migration.getState() == MigrationState.FUTURE_SUCCESS)
                .reduce((first, second) -> second)
                .ifPresent(newest -> {
                    throw new SchemaException(
                            "the schema \"%s\" of database \"%s\" has version %s, made by a newer Tailrace; use that one"
                                    .formatted(SCHEMA, facts.database(), newest.getVersion()));
                });
    }
}
