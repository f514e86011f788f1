package io.tailrace.forwarder.tables;

import io.tailrace.config.TableSourceConfig;
import io.tailrace.forwarder.tables.pgoutput.Message;
import io.tailrace.forwarder.tables.pgoutput.MessageReader;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/**
 * Postgres's stream of changes, from a slot. Values come as text, and so that the settings of the server do not matter: dates
 * in ISO, times in UTC. Confined to one thread. Owns: the connection.
 */
final class ReplicationConnection implements AutoCloseable {
    /** Before version 2, Postgres sends a transaction only once it is committed, and keeps a large one on its own disk. */
    private static final int PROTOCOL_VERSION = 1;

    private static final String SETTINGS =
            "SET datestyle = 'ISO, YMD'; SET intervalstyle = 'iso_8601'; SET timezone = 'UTC'; SET bytea_output = 'hex'; SET extra_float_digits = 3";

    private final Connection connection;
    private final PGReplicationStream stream;

    private ReplicationConnection(Connection connection, PGReplicationStream stream) {
        this.connection = connection;
        this.stream = stream;
    }

    /**
     * Starts streaming.
     *
     * @param startLsn where to begin, if the slot is not further already
     */
    static ReplicationConnection open(TableSourceConfig config, long startLsn, long statusIntervalMs)
            throws SQLException {
        Properties properties = config.connectionProperties();
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "10");
        // Silence is normal here, for as long as nobody changes anything.
        PGProperty.SOCKET_TIMEOUT.set(properties, 0);
        PGProperty.OPTIONS.set(properties, (String) null);
        Connection connection = DriverManager.getConnection(config.postgres().jdbcUrl(), properties);
        try {
            return new ReplicationConnection(connection, start(connection, config, startLsn, statusIntervalMs));
        } catch (SQLException failed) {
            connection.close();
            throw failed;
        }
    }

    private static PGReplicationStream start(
            Connection connection, TableSourceConfig config, long startLsn, long statusIntervalMs) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(SETTINGS);
        }
        return connection
                .unwrap(PGConnection.class)
                .getReplicationAPI()
                .replicationStream()
                .logical()
                .withSlotName(config.slotName())
                .withStartPosition(LogSequenceNumber.valueOf(startLsn))
                .withSlotOption("proto_version", PROTOCOL_VERSION)
                .withSlotOption("publication_names", quoted(config.publication()))
                .withStatusInterval((int) statusIntervalMs, TimeUnit.MILLISECONDS)
                .withAutomaticFlush(false)
                .start();
    }

    /** The option is a list of identifiers, within a string of SQL. */
    private static String quoted(String name) {
        return ("\"" + name.replace("\"", "\"\"") + "\"").replace("'", "''");
    }

    /** The next message, or null if none is there yet. */
    @Nullable
    Message next() throws SQLException {
        ByteBuffer bytes = stream.readPending();
        return bytes == null ? null : MessageReader.read(bytes);
    }

    /** Everything below it was sent, as far as it is of interest; holds between two transactions. */
    long receivedLsn() {
        return stream.getLastReceiveLSN().asLong();
    }

    /** Tells Postgres what it need not keep for us. */
    void confirm(long lsn) throws SQLException {
        LogSequenceNumber position = LogSequenceNumber.valueOf(lsn);
        stream.setAppliedLSN(position);
        stream.setFlushedLSN(position);
        stream.forceUpdateStatus();
    }

    /** A sign of life, while nothing is read. */
    void touch() throws SQLException {
        stream.forceUpdateStatus();
    }

    /** The proper end of a stream reads what is still to come of a transaction, which may be long: it is cut off instead. */
    @Override
    public void close() throws SQLException {
        connection.abort(Runnable::run);
    }
}
