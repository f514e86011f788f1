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

    /** Positions as plain numbers, as Debezium has them. */
    private static final String STATE =
            """
            SELECT coalesce(s.plugin, 'none'), s.database = current_database(), s.active, coalesce(s.active_pid, 0),
                   coalesce(s.wal_status, 'unknown'),
                   coalesce((s.confirmed_flush_lsn - '0/0'::pg_lsn)::bigint, 0),
                   coalesce((r.sent_lsn - '0/0'::pg_lsn)::bigint, 0),
                   (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint,
                   coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn), 0)::bigint
            FROM pg_replication_slots s LEFT JOIN pg_stat_replication r ON r.pid = s.active_pid
            WHERE s.slot_name = ?""";

    private static final String KEEP_LIMIT =
            "SELECT setting::bigint << 20 FROM pg_settings WHERE name = 'max_slot_wal_keep_size' AND setting::bigint >= 0";
    private static final String CREATE = "SELECT pg_create_logical_replication_slot(?, ?)";
    private static final String CREATE_FAILOVER = "SELECT pg_create_logical_replication_slot(?, ?, false, false, true)";
    private static final String DROP = "SELECT pg_drop_replication_slot(?)";
    private static final String TERMINATE =
            "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = ? AND active";
    private static final String EMIT = "SELECT (pg_logical_emit_message(true, 'tailrace', '') - '0/0'::pg_lsn)::bigint";
    private static final String OBJECT_IN_USE = "55006";
    private static final int DROP_ATTEMPTS = 50;
    private static final long DROP_PAUSE_MS = 100;

    private final String name;

    public ReplicationSlot(String name) {
        this.name = name;
    }

    /**
     * What Postgres says of the slot. Positions in the write-ahead log are byte numbers.
     *
     * @param confirmed up to where the forwarder has confirmed
     * @param sent up to where the log was read for whoever is connected to the slot; 0 if nobody is
     * @param current where the log ends
     * @param retainedBytes how much of the log is kept because of the slot
     */
    public record State(
            String plugin,
            boolean ownDatabase,
            boolean active,
            int activePid,
            String walStatus,
            long confirmed,
            long sent,
            long current,
            long retainedBytes) {
        boolean isLost() {
            return walStatus.equals("lost");
        }

        /** Whether it is about to be lost to max_slot_wal_keep_size. */
        public boolean isEndangered() {
            return walStatus.equals("unreserved");
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
                        row.getLong(6),
                        row.getLong(7),
                        row.getLong(8),
                        row.getLong(9)));
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
     * this is the transaction that the slot can move on to, so that it does not keep what it never needed; and a stream
     * that does not bring it is not alive.
     *
     * @return its position; the end of its transaction lies beyond
     */
    public long moveOn(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(EMIT);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Ends the connection that uses the slot, if there is one. */
    public void terminate(Connection connection) throws SQLException {
        execute(connection, TERMINATE, name);
    }

    /** Drops the slot, whoever uses it. */
    public void drop(Connection connection) throws SQLException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            terminate(connection);
            try {
                execute(connection, DROP, name);
                return;
            } catch (SQLException failed) {
                if (!OBJECT_IN_USE.equals(failed.getSQLState()) || attempt >= DROP_ATTEMPTS) {
                    throw failed;
                }
                Thread.sleep(DROP_PAUSE_MS);
            }
        }
    }

    /** The bytes that Postgres keeps for a slot at most ({@code max_slot_wal_keep_size}); nothing if there is no bound. */
    public Optional<Long> keepLimit(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(KEEP_LIMIT);
                ResultSet row = statement.executeQuery()) {
            return row.next() ? Optional.of(row.getLong(1)) : Optional.empty();
        }
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
