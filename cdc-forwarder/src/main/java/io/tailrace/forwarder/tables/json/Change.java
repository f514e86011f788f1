package io.tailrace.forwarder.tables.json;

import io.tailrace.forwarder.tables.pgoutput.Message.OldRow;
import io.tailrace.forwarder.tables.pgoutput.Message.Row;
import org.jspecify.annotations.Nullable;

/** What has happened to a row, or, without rows, to a table. Immutable. */
public record Change(Operation operation, @Nullable OldRow before, @Nullable Row after) {

    /** As it stands in the record. */
    public enum Operation {
        INSERT,
        UPDATE,
        DELETE,
        TRUNCATE
    }
}
