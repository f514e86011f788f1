package io.tailrace.forwarder.source;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The publication of one of several engines: a copy of the publication of the configuration, with the same tables and columns,
 * but of the log only the rows of its share. Immutable; each call runs on the connection that it is given.
 *
 * @param whole the publication of the configuration
 */
record SharePublication(String whole, Share share) {
    private static final Logger LOGGER = LoggerFactory.getLogger(SharePublication.class);
    private static final String LOG = "kafka.messages";

    private static final String TABLES =
            """
            SELECT quote_ident(schemaname) || '.' || quote_ident(tablename),
                   (SELECT string_agg(quote_ident(c.name), ', ' ORDER BY c.position)
                    FROM unnest(attnames) WITH ORDINALITY AS c (name, position)),
                   coalesce(rowfilter, '')
            FROM pg_publication_tables WHERE pubname = ? ORDER BY 1""";

    private static final String EXISTS = "SELECT FROM pg_publication WHERE pubname = ?";

    /** @param filter as Postgres writes it; empty if there is none */
    private record Table(String name, String columns, String filter) {
        String sql() {
            return "TABLE " + name + " (" + columns + ")" + (filter.isEmpty() ? "" : " WHERE " + filter);
        }
    }

    /**
     * Makes it, or brings it up to date.
     *
     * @throws SlotException if the publication of the configuration is missing, or the database's user may not make another
     */
    void ensure(Connection connection) throws SQLException {
        List<Table> wanted = tables(connection, whole).stream().map(this::part).toList();
        if (wanted.isEmpty()) {
            throw new SlotException(
                    "there is no publication %s of the log; set replication.publication to the one that the broker has made"
                            .formatted(whole));
        }
        if (tables(connection, share.publication()).equals(wanted)) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            String sql = sql(
                    statement.enquoteIdentifier(share.publication(), true),
                    exists(connection),
                    wanted.stream().map(Table::sql).collect(Collectors.joining(", ")));
            make(statement, sql);
        }
        LOGGER.atInfo()
                .addKeyValue("publication", share.publication())
                .log("publication with a part of the topics made");
    }

    private Table part(Table table) {
        return table.name().equals(LOG)
                ? new Table(
                        table.name(), table.columns(), "((topic_id % " + share.count() + ") = " + share.index() + ")")
                : table;
    }

    private static List<Table> tables(Connection connection, String publication) throws SQLException {
        List<Table> tables = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(TABLES)) {
            statement.setString(1, publication);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    tables.add(new Table(rows.getString(1), rows.getString(2), rows.getString(3)));
                }
            }
        }
        return tables;
    }

    private boolean exists(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(EXISTS)) {
            statement.setString(1, share.publication());
            try (ResultSet row = statement.executeQuery()) {
                return row.next();
            }
        }
    }

    private static String sql(String name, boolean exists, String tables) {
        return exists
                ? "ALTER PUBLICATION " + name + " SET " + tables
                : "CREATE PUBLICATION " + name + " FOR " + tables
                        + " WITH (publish = 'insert', publish_via_partition_root = true)";
    }

    private void make(Statement statement, String sql) throws SQLException {
        try {
            statement.execute(sql);
        } catch (SQLException failed) {
            throw new SlotException(
                    "publication %s, which replication.engines = %d needs, could not be made (%s); let the owner of the schema kafka do it: %s"
                            .formatted(share.publication(), share.count(), failed.getMessage(), sql));
        }
    }
}
