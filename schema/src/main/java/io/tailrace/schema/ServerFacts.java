package io.tailrace.schema;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/**
 * What a server and the role that is logged in there can do. Immutable.
 *
 * @param versionNumber as in {@code server_version_num}: 150018 is 15.18
 * @param version as in {@code server_version}, for messages
 * @param mayReplicate whether the role may use replication slots
 * @param mayCreateSchema whether the role may create schemas (and publications) in this database
 * @param schemaExists whether the schema "kafka" is there
 */
record ServerFacts(
        int versionNumber,
        String version,
        String walLevel,
        int maxReplicationSlots,
        int maxWalSenders,
        String database,
        String role,
        boolean mayReplicate,
        boolean mayCreateSchema,
        boolean schemaExists) {

    // Amazon RDS and Aurora grant replication by membership in rds_replication instead of the role's attribute.
    private static final String QUERY =
            """
            SELECT current_setting('server_version_num')::int           AS version_number,
                   current_setting('server_version')                    AS version,
                   current_setting('wal_level')                         AS wal_level,
                   current_setting('max_replication_slots')::int        AS max_replication_slots,
                   current_setting('max_wal_senders')::int              AS max_wal_senders,
                   current_database()                                   AS database,
                   r.rolname                                            AS role,
                   r.rolsuper OR r.rolreplication OR EXISTS (
                       SELECT FROM pg_roles g
                       WHERE g.rolname = 'rds_replication' AND pg_has_role(r.oid, g.oid, 'MEMBER')
                   )                                                    AS may_replicate,
                   has_database_privilege(current_database(), 'CREATE') AS may_create_schema,
                   EXISTS (SELECT FROM pg_namespace WHERE nspname = 'kafka') AS schema_exists
            FROM pg_roles r
            WHERE r.rolname = current_user
            """;

    static ServerFacts of(DataSource dataSource) {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(QUERY)) {
            row.next();
            return new ServerFacts(
                    row.getInt("version_number"),
                    row.getString("version"),
                    row.getString("wal_level"),
                    row.getInt("max_replication_slots"),
                    row.getInt("max_wal_senders"),
                    row.getString("database"),
                    row.getString("role"),
                    row.getBoolean("may_replicate"),
                    row.getBoolean("may_create_schema"),
                    row.getBoolean("schema_exists"));
        } catch (SQLException e) {
            throw SchemaException.of(e);
        }
    }

    int majorVersion() {
        return versionNumber / 10_000;
    }

    boolean isLogical() {
        return walLevel.equals("logical");
    }
}
