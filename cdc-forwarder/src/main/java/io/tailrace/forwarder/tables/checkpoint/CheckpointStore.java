package io.tailrace.forwarder.tables.checkpoint;

import java.sql.Connection;
import java.sql.SQLException;

/** Where the checkpoint of one stream is kept. The connection is one to the database whose tables are streamed. */
public interface CheckpointStore {

    /** What was saved last, or {@link Checkpoint#NONE}. */
    Checkpoint load(Connection connection) throws SQLException;

    /** Returns when it would survive a crash. */
    void save(Connection connection, Checkpoint checkpoint) throws SQLException;

    /** Where it is, for messages, and how to remove it. */
    String howToRemove();
}
