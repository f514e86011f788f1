package io.tailrace.schema;

import java.sql.SQLException;
import org.flywaydb.core.api.CoreErrorCode;
import org.flywaydb.core.api.ErrorCode;
import org.flywaydb.core.api.FlywayException;

/** What Flyway reports, in words for the person who starts Tailrace. Stateless. */
final class MigrationErrors {
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private MigrationErrors() {}

    static SchemaException explain(FlywayException e, ServerFacts facts) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && INSUFFICIENT_PRIVILEGE.equals(sql.getSQLState())) {
                return new SchemaException("%s (%s)".formatted(missingRight(facts), sql.getMessage()), e);
            }
        }
        ErrorCode code = e.getErrorCode();
        if (code == CoreErrorCode.NON_EMPTY_SCHEMA_WITHOUT_SCHEMA_HISTORY_TABLE) {
            return new SchemaException(
                    "database \"%s\" has a schema \"%s\" that Tailrace did not make; rename that schema, or use another database"
                            .formatted(facts.database(), Migrations.SCHEMA),
                    e);
        } else if (code == CoreErrorCode.VALIDATE_ERROR) {
            return new SchemaException(
                    "the schema \"%s\" of database \"%s\" was made by another build of Tailrace, with other tables; use that build, or an empty database (%s)"
                            .formatted(Migrations.SCHEMA, facts.database(), firstLine(e)),
                    e);
        }
        return new SchemaException(
                "cannot prepare the schema \"%s\" of database \"%s\": %s"
                        .formatted(Migrations.SCHEMA, facts.database(), e.getMessage()),
                e);
    }

    static String missingRight(ServerFacts facts) {
        String database = PostgresRequirements.quoted(facts.database());
        String role = PostgresRequirements.quoted(facts.role());
        String grant = "GRANT CREATE ON DATABASE %s TO %s;".formatted(database, role);
        if (facts.schemaExists()) {
            return "the role %s may not change the schema \"%s\" of database %s; as a superuser run: %s ALTER SCHEMA %s OWNER TO %s;"
                    .formatted(role, Migrations.SCHEMA, database, grant, Migrations.SCHEMA, role);
        }
        return "the role %s may not create the schema \"%s\" in database %s; as the database's owner or a superuser run: %s"
                .formatted(role, Migrations.SCHEMA, database, grant);
    }

    private static String firstLine(FlywayException e) {
        return e.getMessage() == null
                ? ""
                : e.getMessage().lines().skip(1).findFirst().orElse(e.getMessage());
    }
}
