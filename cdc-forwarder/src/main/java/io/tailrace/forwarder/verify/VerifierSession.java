package io.tailrace.forwarder.verify;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * The verifier's own connection, and on it an advisory lock: a forwarder that stands by for another verifies nothing.
 * Confined to one thread. Owns: the connection.
 */
final class VerifierSession implements AutoCloseable {
    /** The first half of the lock's key: "veri" in ASCII. The second is the hash of the slot's name. */
    private static final int LOCK_CLASS = 0x76657269;

    private static final String LOCK = "SELECT pg_try_advisory_lock(?, hashtext(?))";
    private static final String NAME = "SET application_name = 'tailrace-verifier'";

    private final Connection connection;

    private VerifierSession(Connection connection) {
        this.connection = connection;
    }

    static VerifierSession open(DataSource dataSource) throws SQLException {
        VerifierSession session = new VerifierSession(dataSource.getConnection());
        try (PreparedStatement statement = session.connection.prepareStatement(NAME)) {
            statement.execute();
            return session;
        } catch (SQLException failed) {
            session.close();
            throw failed;
        }
    }

    Connection connection() {
        return connection;
    }

    /** Whether this session is, from now on, the only one that verifies all the time; asked again it stays true. */
    boolean lock(String slot) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
            statement.setInt(1, LOCK_CLASS);
            statement.setString(2, slot);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException gone) {
            // The connection is broken, which ends it as well.
        }
    }
}
