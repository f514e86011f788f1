package io.tailrace.forwarder.source;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Which history of the log a Postgres goes on with: a standby that takes over, and a backup that is restored to a point in
 * time, begin a timeline of their own.
 *
 * @param system the identifier that initdb gave
 * @param timeline in hexadecimal
 */
public record SourceServer(long system, String timeline) {

    /** Of a service that does not say; it is taken for the same server always. */
    private static final SourceServer UNKNOWN = new SourceServer(0, "unknown");

    private static final String NOT_ALLOWED = "42501";
    private static final String NOT_SUPPORTED = "0A000";

    /**
     * The one at the other end of the connection.
     *
     * @throws SQLException also while it is a standby
     */
    public static SourceServer of(Connection connection) throws SQLException {
        String sql =
                """
                SELECT system_identifier, left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) FROM pg_control_system()
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return new SourceServer(row.getLong(1), row.getString(2));
        } catch (SQLException failed) {
            if (NOT_ALLOWED.equals(failed.getSQLState()) || NOT_SUPPORTED.equals(failed.getSQLState())) {
                return UNKNOWN;
            }
            throw failed;
        }
    }
}
