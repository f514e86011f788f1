package io.tailrace.broker.log;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * SQL that belongs to the transaction of an append: it is committed with the records or not at all. Runs on the appender's
 * thread before the records are written, and again in another transaction where the first one did not go through.
 */
@FunctionalInterface
public interface AppendStep {

    /** For records that stand for themselves. */
    AppendStep NONE = connection -> {};

    /**
     * Runs the SQL.
     *
     * @param connection in the transaction; not to be committed or rolled back
     * @throws org.apache.kafka.common.errors.ApiException where the records must not be written; the transaction is
     *     rolled back, and the other appends are written in a new one
     */
    void run(Connection connection) throws SQLException;
}
