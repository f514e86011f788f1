package io.tailrace.forwarder.tables;

import io.tailrace.config.TableSourceConfig;
import io.tailrace.forwarder.tables.checkpoint.CheckpointStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.postgresql.replication.LogSequenceNumber;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is asked of the database beside the stream: whether it can be streamed, its slot, and what the stream does not say.
 * Confined to one thread; the connection stays its owner's.
 */
final class SourceDatabase {
    private static final Logger LOGGER = LoggerFactory.getLogger(SourceDatabase.class);
    private static final String PLUGIN = "pgoutput";
    private static final String QUERY_CANCELED = "57014";
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private static final String WAL_LEVEL = "SHOW wal_level";
    private static final String PUBLICATIONS = "SELECT pubname FROM pg_publication ORDER BY pubname";
    private static final String TABLES = "SELECT count(*)::text FROM pg_publication_tables WHERE pubname = ?";
    private static final String SLOT =
            """
            SELECT coalesce(plugin, 'none'), coalesce(database, ''), coalesce(wal_status, 'unknown')
            FROM pg_replication_slots WHERE slot_name = ?""";
    private static final String CREATE_SLOT = "SELECT lsn::text FROM pg_create_logical_replication_slot(?, 'pgoutput')";
    private static final String END =
            """
            SELECT (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END)::text""";
    private static final String PRIMARY_KEY =
            """
            SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
            WHERE i.indrelid = ?::bigint::oid AND i.indisprimary""";

    private final Connection connection;
    private final TableSourceConfig config;

    SourceDatabase(Connection connection, TableSourceConfig config) {
        this.connection = connection;
        this.config = config;
    }

    /** Looks whether it can be streamed. @throws TablesException if it cannot, as it is */
    void check() throws SQLException {
        String level = strings(WAL_LEVEL).get(0);
        if (!level.equals("logical")) {
            throw new TablesException(
                    "Postgres runs with wal_level = %s, and changes can be read only with wal_level = logical: ALTER SYSTEM SET wal_level = 'logical', then restart Postgres"
                            .formatted(level));
        }
        List<String> publications = strings(PUBLICATIONS);
        if (!publications.contains(config.publication())) {
            throw new TablesException(
                    "there is no publication %s in database %s%s; make it with: CREATE PUBLICATION %s FOR TABLE your_table (or FOR ALL TABLES), or set postgres.publication"
                            .formatted(
                                    config.publication(),
                                    config.database(),
                                    publications.isEmpty()
                                            ? ""
                                            : " (there are: " + String.join(", ", publications) + ")",
                                    config.publication()));
        }
        if (strings(TABLES, config.publication()).get(0).equals("0")) {
            LOGGER.atWarn()
                    .addKeyValue("publication", config.publication())
                    .log("the publication has no tables; add one with ALTER PUBLICATION … ADD TABLE …");
        }
    }

    /**
     * Makes the slot if it is missing.
     *
     * @param isNew whether nothing was streamed yet, so that it may be missing
     */
    void ensureSlot(boolean isNew, CheckpointStore checkpoints) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SLOT)) {
            statement.setString(1, config.slotName());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    requireNew(isNew, "does not exist any more", checkpoints);
                    createSlot();
                    return;
                }
                if (!row.getString(1).equals(PLUGIN) || !row.getString(2).equals(config.database())) {
                    throw new TablesException(
                            "replication slot %s belongs to something else (plugin %s, database %s); set postgres.slot_name to another name"
                                    .formatted(config.slotName(), row.getString(1), row.getString(2)));
                }
                requireNew(
                        !row.getString(3).equals("lost"),
                        "was invalidated by Postgres (max_slot_wal_keep_size?) and must be dropped",
                        checkpoints);
            }
        }
    }

    private void requireNew(boolean isFine, String what, CheckpointStore checkpoints) {
        if (!isFine) {
            throw new TablesException(
                    "replication slot %s %s: the changes since the last checkpoint are lost, and tables cannot be read again from here. To go on with what changes from now on: %s, and start again"
                            .formatted(config.slotName(), what, checkpoints.howToRemove()));
        }
    }

    private void createSlot() throws SQLException {
        try {
            String lsn = strings(CREATE_SLOT, config.slotName()).get(0);
            LOGGER.atInfo()
                    .addKeyValue("slot", config.slotName())
                    .addKeyValue("lsn", lsn)
                    .log("replication slot created; changes from now on are streamed");
        } catch (SQLException failed) {
            if (QUERY_CANCELED.equals(failed.getSQLState())) {
                throw new TablesException(
                        "replication slot %s could not be made in time: Postgres waits for every transaction that is open now; end the long ones (pg_stat_activity)"
                                .formatted(config.slotName()));
            } else if (INSUFFICIENT_PRIVILEGE.equals(failed.getSQLState())) {
                throw new TablesException(
                        "role %s may not replicate (%s); a superuser can allow it: ALTER ROLE %s REPLICATION"
                                .formatted(config.username(), failed.getMessage(), config.username()));
            }
            throw failed;
        }
    }

    /** Compares a position with the end of the log. @throws TablesException if the database has not come there yet */
    void requireReached(long lsn, String whose) throws SQLException {
        long end = LogSequenceNumber.valueOf(strings(END).get(0)).asLong();
        if (Long.compareUnsigned(lsn, end) > 0) {
            throw new TablesException(
                    "%s is at %s, and this Postgres has come to %s only: it is another one, or was restored. Nothing is sent, since what is new could not be told from what is old"
                            .formatted(
                                    whose,
                                    LogSequenceNumber.valueOf(lsn).asString(),
                                    LogSequenceNumber.valueOf(end).asString()));
        }
    }

    /** The primary key's columns as they are now; none where there is no such table or key. */
    Set<String> primaryKey(int relationId) throws SQLException {
        return new HashSet<>(strings(PRIMARY_KEY, Long.toString(Integer.toUnsignedLong(relationId))));
    }

    private List<String> strings(String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            List<String> found = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(row.getString(1));
                }
            }
            return found;
        }
    }
}
