package io.tailrace.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The roles of those who read records and produce them with SQL. They belong to the whole server, so the migration makes
 * them only where it may; where it may not, an administrator does, and a later start grants them their rights.
 *
 * <p>Stateless.
 */
final class SqlRoles {

    static final List<String> NAMES = List.of("tailrace_read", "tailrace_produce");

    private static final Logger LOGGER = LoggerFactory.getLogger(SqlRoles.class);

    private SqlRoles() {}

    /** Says which roles are missing and what to do; grants their rights to roles that were made after the migration. */
    static void check(DataSource dataSource, ServerFacts facts) {
        try (Connection connection = dataSource.getConnection()) {
            List<String> missing = missing(connection, NAMES);
            if (!missing.isEmpty()) {
                LOGGER.atWarn().log(warning(missing, facts));
            } else if (lackRights(connection)) {
                grant(connection);
            }
        } catch (SQLException e) {
            throw SchemaException.of(e);
        }
    }

    static List<String> missing(Connection connection, List<String> names) throws SQLException {
        String sql = "SELECT name FROM unnest(?) WITH ORDINALITY AS wanted (name, place)"
                + " WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) ORDER BY place";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, connection.createArrayOf("text", names.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                List<String> missing = new ArrayList<>();
                while (rows.next()) {
                    missing.add(rows.getString(1));
                }
                return missing;
            }
        }
    }

    static String warning(List<String> missing, ServerFacts facts) {
        return "roles for SQL are missing: %s. The role \"%s\" may not create them, so until they are there only it can read kafka.records and call kafka.produce; as an administrator of Postgres run %s and start the broker again"
                .formatted(
                        String.join(", ", missing),
                        facts.role(),
                        missing.stream()
                                .map(name -> "CREATE ROLE " + name + " NOLOGIN;")
                                .collect(Collectors.joining(" ")));
    }

    private static boolean lackRights(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT NOT has_schema_privilege('tailrace_read', 'kafka', 'USAGE') AND pg_has_role(nspowner, 'MEMBER')"
                                + " FROM pg_namespace WHERE nspname = 'kafka'")) {
            return row.next() && row.getBoolean(1);
        }
    }

    private static void grant(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT kafka.grant_roles()");
        }
        LOGGER.atInfo().addKeyValue("roles", NAMES).log("roles for SQL have their rights now");
    }
}
