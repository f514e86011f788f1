package io.tailrace.forwarder.tables.checkpoint;

import io.tailrace.forwarder.sink.ProducerIdentity;
import io.tailrace.forwarder.tables.TablesException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.LogSequenceNumber;

/**
 * The checkpoint in the database that is streamed, a row for each slot. The table is in a schema of its own, whose name is no role's (a role's tables would get into it): the database
 * need not have Tailrace's other tables. Confined to one thread.
 */
public final class PostgresCheckpoints implements CheckpointStore {
    public static final String SCHEMA = "tailrace_tables";
    public static final String TABLE = "checkpoints";

    private static final String EXISTS = "SELECT to_regclass('tailrace_tables.checkpoints') IS NOT NULL";
    private static final String CREATE =
            """
            CREATE SCHEMA IF NOT EXISTS tailrace_tables;
            CREATE TABLE IF NOT EXISTS tailrace_tables.checkpoints (
                slot text PRIMARY KEY, lsn pg_lsn NOT NULL, message_count bigint NOT NULL,
                producer_id bigint, producer_epoch smallint, updated_at timestamptz NOT NULL DEFAULT now())""";
    private static final String LOAD =
            """
            SELECT lsn::text, message_count, producer_id, producer_epoch
            FROM tailrace_tables.checkpoints WHERE slot = ?""";
    private static final String SAVE =
            """
            INSERT INTO tailrace_tables.checkpoints (slot, lsn, message_count, producer_id, producer_epoch)
            VALUES (?, ?::pg_lsn, ?, ?, ?)
            ON CONFLICT (slot) DO UPDATE SET lsn = excluded.lsn, message_count = excluded.message_count,
                producer_id = excluded.producer_id, producer_epoch = excluded.producer_epoch, updated_at = now()""";
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private final String slot;

    public PostgresCheckpoints(String slot) {
        this.slot = slot;
    }

    @Override
    public Checkpoint load(Connection connection) throws SQLException {
        createTable(connection);
        try (PreparedStatement statement = connection.prepareStatement(LOAD)) {
            statement.setString(1, slot);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return Checkpoint.NONE;
                }
                long lsn = LogSequenceNumber.valueOf(row.getString(1)).asLong();
                return new Checkpoint(lsn, row.getLong(2), producer(row));
            }
        }
    }

    private static @Nullable ProducerIdentity producer(ResultSet row) throws SQLException {
        long id = row.getLong(3);
        return row.wasNull() ? null : new ProducerIdentity(id, row.getShort(4));
    }

    private static void createTable(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery(EXISTS)) {
                if (row.next() && row.getBoolean(1)) {
                    return;
                }
            }
            statement.execute(CREATE);
        } catch (SQLException failed) {
            if (!INSUFFICIENT_PRIVILEGE.equals(failed.getSQLState())) {
                throw failed;
            }
            throw new TablesException(
                    "the checkpoint's table cannot be made (%s); set replication.checkpoint_file to keep it in a file, or GRANT CREATE ON DATABASE to the role"
                            .formatted(failed.getMessage()));
        }
    }

    @Override
    public void save(Connection connection, Checkpoint checkpoint) throws SQLException {
        ProducerIdentity producer = checkpoint.producer();
        try (PreparedStatement statement = connection.prepareStatement(SAVE)) {
            statement.setString(1, slot);
            statement.setString(2, LogSequenceNumber.valueOf(checkpoint.lsn()).asString());
            statement.setLong(3, checkpoint.messageCount());
            if (producer == null) {
                statement.setNull(4, Types.BIGINT);
                statement.setNull(5, Types.SMALLINT);
            } else {
                statement.setLong(4, producer.producerId());
                statement.setShort(5, producer.epoch());
            }
            statement.executeUpdate();
        }
    }

    @Override
    public String howToRemove() {
        return "DELETE FROM tailrace_tables.checkpoints WHERE slot = '" + slot + "'";
    }
}
