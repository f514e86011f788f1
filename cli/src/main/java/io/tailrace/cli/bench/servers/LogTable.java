package io.tailrace.cli.bench.servers;

import io.tailrace.cli.UserError;
import io.tailrace.local.PostgresAddress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** What a topic's log has come to in Postgres: its leaf of {@code kafka.messages}. Immutable. */
public final class LogTable {

    private static final String ROWS =
            """
            SELECT count(*)
            FROM kafka.messages m JOIN kafka.topics t ON t.id = m.topic_id
            WHERE t.name = ? AND t.deleted_at IS NULL
            """;

    private static final String STATE =
            """
            SELECT pg_total_relation_size(s.relid), s.n_live_tup, s.n_dead_tup, s.autovacuum_count
            FROM kafka.topics t JOIN pg_stat_all_tables s ON s.relid = to_regclass('kafka.messages_' || t.id)
            WHERE t.name = ? AND t.deleted_at IS NULL
            """;

    private static final String TRANSACTIONS =
            "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()";

    private static final String WAL = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint";

    /**
     * How the leaf stands.
     *
     * @param bytes with its indexes and what is stored out of line
     * @param deadRows deleted and not vacuumed yet, as Postgres estimates
     * @param autovacuums that have ended
     */
    public record State(long bytes, long liveRows, long deadRows, long autovacuums) {}

    private final PostgresAddress database;

    LogTable(PostgresAddress database) {
        this.database = database;
    }

    /** Counted, one by one. */
    public long rows(String topic) {
        return query(ROWS, topic, row -> row.getLong(1));
    }

    public State state(String topic) {
        return query(STATE, topic, row -> new State(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)));
    }

    /** Bytes of write-ahead log that were written since the database was made. */
    public long walBytes() {
        return number(WAL, "the position of the write-ahead log");
    }

    /** Transactions in the broker's database so far, as far as its sessions have reported them: within seconds. */
    public long transactions() {
        return number(TRANSACTIONS, "the number of transactions");
    }

    private long number(String sql, String what) {
        try (Connection connection = database.connect();
                PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new UserError(what + " cannot be read: " + e.getMessage());
        }
    }

    private interface Reader<T> {

        T read(ResultSet row) throws SQLException;
    }

    private <T> T query(String sql, String topic, Reader<T> reader) {
        try (Connection connection = database.connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, topic);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new UserError("topic " + topic + " has no table");
                }
                return reader.read(row);
            }
        } catch (SQLException e) {
            throw new UserError("the table of topic " + topic + " cannot be read: " + e.getMessage());
        }
    }
}
