package io.tailrace.broker.outbox;

import io.tailrace.broker.log.Partition;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Rows that go into one partition as one record batch, in their order. Immutable. */
record OutboxBatch(Partition partition, List<OutboxRow> rows) {

    private static final int MOST_BYTES = 1 << 20;

    OutboxBatch {
        rows = List.copyOf(rows);
    }

    /** As many of the rows, from the first on, as fit into a batch of the topic; at least one. */
    static OutboxBatch of(Partition partition, List<OutboxRow> rows) {
        int limit = Math.min(MOST_BYTES, partition.topic().settings().maxMessageBytes());
        int bytes = DefaultRecordBatch.RECORD_BATCH_OVERHEAD;
        List<OutboxRow> fitting = new ArrayList<>();
        for (OutboxRow row : rows) {
            bytes += row.sizeInBatch();
            if (!fitting.isEmpty() && bytes > limit) {
                break;
            }
            fitting.add(row);
        }
        return new OutboxBatch(partition, fitting);
    }

    MemoryRecords records() {
        return MemoryRecords.withRecords(
                Compression.NONE, rows.stream().map(OutboxRow::record).toArray(SimpleRecord[]::new));
    }

    /** The same rows, each by itself. */
    List<OutboxBatch> singly() {
        return rows.stream()
                .map(row -> new OutboxBatch(partition, List.of(row)))
                .toList();
    }
}
