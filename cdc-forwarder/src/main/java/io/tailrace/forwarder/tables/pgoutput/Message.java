package io.tailrace.forwarder.tables.pgoutput;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One message of the stream. */
public sealed interface Message {

    /**
     * A transaction begins; all that follows up to its {@link Commit} is of it.
     *
     * @param commitLsn where its commit stands in the write-ahead log
     * @param commitMs when it was committed, in milliseconds since 1970
     */
    record Begin(long commitLsn, long commitMs, int xid) implements Message {}

    /**
     * A transaction ends.
     *
     * @param endLsn just behind its commit; whoever confirms that does not get it again
     */
    record Commit(long endLsn) implements Message {}

    /** What a table looks like; comes before its first change, and again whenever it has changed. */
    record Relation(int id, String schema, String table, char replicaIdentity, List<Column> columns)
            implements Message {
        public Relation {
            columns = List.copyOf(columns);
        }
    }

    /**
     * A column of a table.
     *
     * @param isKey whether it is part of the replica identity
     */
    record Column(String name, int typeOid, boolean isKey) {}

    record Insert(int relationId, Row after) implements Message {}

    /**
     * A changed row.
     *
     * @param before as the replica identity has it: null if the identity did not change
     */
    record Update(int relationId, @Nullable OldRow before, Row after) implements Message {}

    record Delete(int relationId, OldRow before) implements Message {}

    /** Tables that one statement has emptied. */
    record Truncate(List<Integer> relationIds) implements Message {
        public Truncate {
            relationIds = List.copyOf(relationIds);
        }
    }

    /** Something that is of no interest here. */
    record Other() implements Message {}

    /**
     * A row before its change.
     *
     * @param isWhole whether all columns are given, and not only those of the key
     */
    record OldRow(Row row, boolean isWhole) {}

    /** The values of a row, in the order of the relation's columns. */
    record Row(List<Cell> cells) {
        public Row {
            cells = List.copyOf(cells);
        }
    }

    /** A value. */
    sealed interface Cell {}

    /** NULL. */
    record Null() implements Cell {}

    /** Stored out of line and not changed by the update, so that Postgres does not say what it is. */
    record Unchanged() implements Cell {}

    /** The value as text, as the type's output function writes it. */
    record Text(String value) implements Cell {}
}
