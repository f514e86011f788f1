package io.tailrace.broker.log;

import io.tailrace.broker.log.IncomingRecords.Read;
import io.tailrace.broker.topic.StorageFormat;
import io.tailrace.broker.topic.TopicSettings;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * The rows of one group: each batch in the shape that its topic has at the moment. The shapes go to Postgres by a COPY each, since
 * their columns differ. Confined to the appender's thread.
 */
final class GroupRows {

    private final IncomingRecords incomingRecords;
    private final GlobalOffsets globalOffsets;
    private final RecordRows recordRows = new RecordRows();
    private final CopyBuffer records;
    private final CopyBuffer batches;

    /** @param retainedBytes what it keeps allocated for each shape between two groups */
    GroupRows(BatchPayload payload, GlobalOffsets globalOffsets, int retainedBytes) {
        this.incomingRecords = new IncomingRecords(payload);
        this.globalOffsets = globalOffsets;
        this.records = new CopyBuffer(retainedBytes);
        this.batches = new CopyBuffer(retainedBytes);
    }

    void begin() {
        records.begin();
        batches.begin();
    }

    /**
     * Adds the rows of a batch, and what consumers get of it to the partition's recent batches.
     *
     * @throws RuntimeException Kafka's exception for a batch that breaks a rule; then nothing of it is left
     */
    void add(IncomingBatch batch, Partition partition, long firstOffset, long nowMs) {
        TopicSettings settings = partition.topic().settings();
        CopyBuffer rows = settings.storageFormat() == StorageFormat.BATCHES ? batches : records;
        int sizeBefore = rows.size();
        try {
            boolean logAppendTime = settings.timestampType() == TimestampType.LOG_APPEND_TIME;
            RowAttributes attributes = RowAttributes.of(batch.header(), logAppendTime);
            if (rows == batches) {
                addBatch(batch, partition, firstOffset, nowMs, attributes);
            } else {
                addRecords(batch, partition, firstOffset, nowMs, attributes);
            }
        } catch (RuntimeException | Error e) {
            rows.truncate(sizeBefore);
            throw e;
        }
    }

    private void addBatch(
            IncomingBatch batch, Partition partition, long firstOffset, long nowMs, RowAttributes attributes) {
        Read read = incomingRecords.forEach(batch, partition, firstOffset, nowMs, record -> {});
        ServedBatch served = new ServedBatch(batch, firstOffset, read.maxTimestampMs(), attributes.logAppendTime());
        long globalOffset = globalOffsets.next(batch.count());
        ByteBuffer stored = BatchRows.write(served, partition.id(), attributes, globalOffset, batches);
        ByteBuffer recent = partition.recent().reserve(firstOffset, served.nextOffset(), stored.remaining());
        if (recent != null) {
            recent.put(stored);
        }
    }

    /** Consumers get such records without compression, so the recent ones too. */
    private void addRecords(
            IncomingBatch batch, Partition partition, long firstOffset, long nowMs, RowAttributes attributes) {
        PartitionId id = partition.id();
        Read read = incomingRecords.forEach(
                batch,
                partition,
                firstOffset,
                nowMs,
                record -> recordRows.write(record, id, attributes, globalOffsets.next(), records));
        ServedBatch served = new ServedBatch(batch, firstOffset, read.maxTimestampMs(), attributes.logAppendTime());
        int size = DefaultRecordBatch.RECORD_BATCH_OVERHEAD + read.records().remaining();
        ByteBuffer recent = partition.recent().reserve(firstOffset, served.nextOffset(), size);
        if (recent != null) {
            recent.duplicate()
                    .position(DefaultRecordBatch.RECORD_BATCH_OVERHEAD)
                    .put(read.records());
            served.writeHeader(recent, CompressionType.NONE);
        }
    }

    CopyBuffer records() {
        return records;
    }

    CopyBuffer batches() {
        return batches;
    }

    /** What they take on their way to Postgres. */
    int bytes() {
        return records.size() + batches.size();
    }

    /** Sends them; in the transaction that has claimed their offsets. Nothing can be added any more. */
    void copy(Connection connection) throws SQLException {
        copy(connection, RecordRows.COLUMNS, records);
        copy(connection, BatchRows.COLUMNS, batches);
    }

    private static void copy(Connection connection, String columns, CopyBuffer rows) throws SQLException {
        if (!rows.hasRows()) {
            return;
        }
        rows.end();
        String sql = "COPY kafka.messages (" + columns + ") FROM STDIN (FORMAT binary)";
        CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
        try {
            copy.writeToCopy(rows.array(), 0, rows.size());
            copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }
}
