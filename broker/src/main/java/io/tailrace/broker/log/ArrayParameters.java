package io.tailrace.broker.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.postgresql.PGConnection;

/** Binds the parameters of a statement one after the other, most of them columns for {@code unnest}. Confined to one thread. */
final class ArrayParameters {

    private final PGConnection connection;
    private final PreparedStatement statement;
    private int next = 1;

    ArrayParameters(Connection connection, PreparedStatement statement) throws SQLException {
        this.connection = connection.unwrap(PGConnection.class);
        this.statement = statement;
    }

    void bind(int value) throws SQLException {
        statement.setInt(next++, value);
    }

    void bind(short[] column) throws SQLException {
        statement.setArray(next++, connection.createArrayOf("int2", column));
    }

    void bind(int[] column) throws SQLException {
        statement.setArray(next++, connection.createArrayOf("int4", column));
    }

    void bind(long[] column) throws SQLException {
        statement.setArray(next++, connection.createArrayOf("int8", column));
    }

    /** A value of whatever type the driver knows. */
    void bind(Object value) throws SQLException {
        statement.setObject(next++, value);
    }
}
