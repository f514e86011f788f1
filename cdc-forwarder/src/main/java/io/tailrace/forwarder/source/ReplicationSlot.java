package io.tailrace.forwarder.source;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logical replication slot: what makes Postgres keep its write-ahead log until it is forwarded. A slot that is
 * missing or was invalidated is made (anew); no record is lost by that, because whatever the stream does not bring is
 * read from the table. Immutable; each call runs on the connection that it is given.
 */
public final class ReplicationSlot {
    private static final Logger LOGGER = LoggerFactory.getLogger(ReplicationSlot.class);
    private static final String PLUGIN = "pgoutput";
    /** The first version whose slots can follow a failover to a standby. */
    private static final int FAILOVER_VERSION = 17;

    private static final String QUERY_CANCELED = "57014";

    private static final String STATE =
            """
            SELECT coalesce(plugin, 'none'), database = current_database(), active, coalesce(active_pid, 0),
                   coalesce(wal_status, 'unknown'), coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn), 0)
            FROM pg_replication_slots WHERE slot_name = ?""";
    private static final String CREATE = "SELECT pg_create_logical_replication_slot(?, ?)";
    private static final String CREATE_FAILOVER = "SELECT pg_create_logical_replication_slot(?, ?, false, false, true)";
    private static final String DROP = "SELECT pg_drop_replication_slot(?)";
    private static final String EMIT = "SELECT pg_logical_emit_message(true, 'tailrace', '')";

    private final String name;

    public ReplicationSlot(String name) {
        this.name = name;
    }

    /**
     * What Postgres says of the slot.
     *
     * @param lagBytes how much of the write-ahead log was written since the confirmed position
     */
    public record State(
            String plugin, boolean ownDatabase, boolean active, int activePid, String walStatus, long lagBytes) {
        boolean isLost() {
            return walStatus.equals("lost");
        }
    }

    /** The slot's state, or nothing if there is no such slot. */
    public Optional<State> state(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(STATE)) {
            statement.setString(1, name);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                return Optional.of(new State(
                        row.getString(1),
                        row.getBoolean(2),
                        row.getBoolean(3),
                        row.getInt(4),
                        row.getString(5),
                        row.getLong(6)));
            }
        }
    }

    /** Makes the slot if it is missing or lost. @throws SlotException if it exists for something else */
    public void ensure(Connection connection) throws SQLException {
        Optional<State> found = state(connection);
        if (found.isEmpty()) {
            create(connection);
            return;
        }
        State state = found.get();
        if (!state.plugin().equals(PLUGIN) || !state.ownDatabase()) {
            throw new SlotException(
                    "replication slot %s belongs to something else (plugin %s, %s database); set replication.slot to another name, or drop it"
                            .formatted(name, state.plugin(), state.ownDatabase() ? "this" : "another"));
        }
        if (state.isLost()) {
            LOGGER.atWarn()
                    .addKeyValue("slot", name)
                    .log(
                            "replication slot was invalidated, probably by max_slot_wal_keep_size; it is made anew, and what it missed is read from the table");
            execute(connection, DROP, name);
            create(connection);
        }
    }

    private void create(Connection connection) throws SQLException {
        try {
            if (connection.getMetaData().getDatabaseMajorVersion() >= FAILOVER_VERSION) {
                createFailover(connection);
            } else {
                execute(connection, CREATE, name, PLUGIN);
            }
        } catch (SQLException failed) {
            if (QUERY_CANCELED.equals(failed.getSQLState())) {
                throw new SlotException(
                        "replication slot %s could not be made in time: Postgres waits for every transaction that is open now; end the long ones (pg_stat_activity)"
                                .formatted(name));
            }
            throw failed;
        }
        LOGGER.atInfo().addKeyValue("slot", name).log("replication slot created");
    }

    private void createFailover(Connection connection) throws SQLException {
        try {
            execute(connection, CREATE_FAILOVER, name, PLUGIN);
        } catch (SQLException failed) {
            if (QUERY_CANCELED.equals(failed.getSQLState())) {
                throw failed;
            }
            LOGGER.atInfo()
                    .addKeyValue("slot", name)
                    .addKeyValue("reason", failed.getMessage())
                    .log("the slot cannot be one that follows a failover");
            execute(connection, CREATE, name, PLUGIN);
        }
    }

    /**
     * Writes an empty message into the write-ahead log. Where other tables or databases are busy and the log is idle,
     * this is the transaction that the slot can move on to, so that it does not keep what it never needed.
     */
    public void moveOn(Connection connection) throws SQLException {
        execute(connection, EMIT);
    }

    private static void execute(Connection connection, String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            statement.execute();
        }
    }
}
