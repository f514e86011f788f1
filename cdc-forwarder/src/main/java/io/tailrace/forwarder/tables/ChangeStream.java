package io.tailrace.forwarder.tables;

import io.tailrace.forwarder.tables.Tables.Table;
import io.tailrace.forwarder.tables.json.Change;
import io.tailrace.forwarder.tables.json.Change.Operation;
import io.tailrace.forwarder.tables.json.ChangeJson;
import io.tailrace.forwarder.tables.json.Origin;
import io.tailrace.forwarder.tables.pgoutput.Message;
import io.tailrace.forwarder.tables.pgoutput.Message.Begin;
import io.tailrace.forwarder.tables.pgoutput.Message.Commit;
import io.tailrace.forwarder.tables.pgoutput.Message.Delete;
import io.tailrace.forwarder.tables.pgoutput.Message.Insert;
import io.tailrace.forwarder.tables.pgoutput.Message.Other;
import io.tailrace.forwarder.tables.pgoutput.Message.Relation;
import io.tailrace.forwarder.tables.pgoutput.Message.Truncate;
import io.tailrace.forwarder.tables.pgoutput.Message.Update;
import io.tailrace.forwarder.tables.target.ChangeSink.Outgoing;
import io.tailrace.forwarder.tables.target.Position;
import io.tailrace.forwarder.tables.target.Progress;
import io.tailrace.forwarder.tables.target.Progress.Transaction;
import java.sql.SQLException;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.LogSequenceNumber;

/**
 * Turns messages into records: follows transactions, and numbers the changes of each. The number is the same whenever the
 * transaction is read again, since Postgres decodes it with the tables and publications of its own time. Confined to one
 * thread.
 */
final class ChangeStream {
    private final String database;
    private final Tables tables;
    private final ChangeJson json;
    private final Progress progress;
    private final Output output;
    private final InstantSource clock;
    /** Transactions that end here or before are known to be on the target. */
    private final long checkpointLsn;

    private @Nullable Open open;

    ChangeStream(
            String database,
            Tables tables,
            ChangeJson json,
            Progress progress,
            Output output,
            InstantSource clock,
            long checkpointLsn) {
        this.database = database;
        this.tables = tables;
        this.json = json;
        this.progress = progress;
        this.output = output;
        this.clock = clock;
        this.checkpointLsn = checkpointLsn;
    }

    /** Where records go. */
    interface Output {
        /**
         * Takes the next record.
         *
         * @param toAll whether it concerns every partition; else its key decides
         */
        void send(Outgoing outgoing, boolean toAll, Transaction transaction) throws SQLException, InterruptedException;
    }

    /** The transaction that is being read. */
    private static final class Open {
        private final Begin begin;
        private final Origin origin;
        private final Transaction transaction;
        private long ordinal;

        Open(Begin begin, Origin origin, Transaction transaction) {
            this.begin = begin;
            this.origin = origin;
            this.transaction = transaction;
        }
    }

    /** Whether the stream is between two transactions. */
    boolean isBetween() {
        return open == null;
    }

    void on(Message message) throws SQLException, InterruptedException {
        if (message instanceof Begin begin) {
            onBegin(begin);
        } else if (message instanceof Commit commit) {
            progress.end(current().transaction, commit.endLsn());
            open = null;
        } else if (message instanceof Relation relation) {
            tables.onRelation(relation);
        } else if (message instanceof Insert insert) {
            onChange(insert.relationId(), new Change(Operation.INSERT, null, insert.after()));
        } else if (message instanceof Update update) {
            onChange(update.relationId(), new Change(Operation.UPDATE, update.before(), update.after()));
        } else if (message instanceof Delete delete) {
            onChange(delete.relationId(), new Change(Operation.DELETE, delete.before(), null));
        } else if (message instanceof Truncate truncate) {
            for (int relationId : truncate.relationIds()) {
                onChange(relationId, new Change(Operation.TRUNCATE, null, null));
            }
        } else if (!(message instanceof Other)) {
            throw new IllegalStateException("unknown message " + message);
        }
    }

    private void onBegin(Begin begin) {
        Origin origin = new Origin(
                database,
                LogSequenceNumber.valueOf(begin.commitLsn()).asString(),
                begin.commitMs(),
                Integer.toUnsignedLong(begin.xid()));
        open = new Open(begin, origin, progress.begin());
    }

    private Open current() {
        if (open == null) {
            throw new IllegalStateException("a change outside of a transaction");
        }
        return open;
    }

    private void onChange(int relationId, Change change) throws SQLException, InterruptedException {
        Open current = current();
        current.ordinal++;
        Table table = tables.table(relationId);
        String topic = table.topic();
        // A commit that lies before the checkpoint ends there or before: its record is what lies between.
        if (topic == null || Long.compareUnsigned(current.begin.commitLsn(), checkpointLsn) < 0) {
            return;
        }
        Outgoing outgoing = Outgoing.of(
                topic,
                new Position(current.begin.commitLsn(), current.ordinal),
                json.key(table.shape(), change),
                json.value(table.shape(), change, current.origin, clock.millis()),
                current.begin.commitMs());
        output.send(outgoing, change.operation() == Operation.TRUNCATE, current.transaction);
    }
}
