package io.tailrace.broker.log;

import io.tailrace.broker.topic.TopicSettings;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.DefaultRecord;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.ProduceResponse.RecordError;
import org.apache.kafka.storage.internals.log.RecordValidationException;
import org.jspecify.annotations.Nullable;

/**
 * Row shape "records": takes a record batch apart and writes a row for each record. Confined to one thread.
 */
final class RecordRows {

    /** The columns, in the order in which a row is written. */
    static final String COLUMNS =
            "topic_id, partition_id, partition_offset, key, value, headers, timestamp_ms, attributes, global_offset,"
                    + " producer_id, producer_epoch";

    /** Bit 3 of the attributes: the timestamp is the time of the append. */
    static final short LOG_APPEND_TIME = 0x08;

    /** Bit 4: written in a transaction; then the row has its producer's id and epoch. */
    static final short TRANSACTIONAL = 0x10;

    private static final int FIELDS = 11;

    private final BatchPayload payload;
    private final HeaderJson headerJson = new HeaderJson();

    RecordRows(BatchPayload payload) {
        this.payload = payload;
    }

    /**
     * Writes the batch's records from the given offset on. What it has written when it throws is the caller's to undo.
     *
     * @param nowMs the time of the append
     * @throws org.apache.kafka.common.errors.ApiException for a batch whose contents break a rule
     * @throws RecordValidationException likewise, where single records are to blame
     */
    void write(
            IncomingBatch batch,
            Partition partition,
            long firstOffset,
            long nowMs,
            GlobalOffsets globalOffsets,
            CopyBuffer rows) {
        ByteBuffer records = payload.records(batch);
        TopicSettings settings = partition.topic().settings();
        boolean logAppendTime = settings.timestampType() == TimestampType.LOG_APPEND_TIME;
        Long batchTimestampMs = logAppendTime ? Long.valueOf(nowMs) : null;
        List<RecordError> errors = new ArrayList<>();
        int count = batch.count();
        for (int index = 0; index < count; index++) {
            DefaultRecord record = next(records, firstOffset, batch.header().baseTimestamp(), batchTimestampMs);
            if (record.offset() != firstOffset + index) {
                throw new InvalidRecordException(
                        "Record " + index + " of the batch has the offset delta " + (record.offset() - firstOffset));
            }
            if (settings.compacted() && !record.hasKey()) {
                errors.add(new RecordError(
                        index,
                        "Compacted topic cannot accept message without key in topic partition " + partition + "."));
            }
            if (!logAppendTime) {
                checkTimestamp(record.timestamp(), nowMs, settings);
            }
            write(record, partition.id(), logAppendTime ? LOG_APPEND_TIME : 0, globalOffsets.next(), batch, rows);
        }
        if (records.hasRemaining()) {
            throw new InvalidRecordException("Incorrect declared batch size, records still remaining in file");
        }
        if (!errors.isEmpty()) {
            throw new RecordValidationException(
                    new InvalidRecordException("One or more records have been rejected"), errors);
        }
    }

    private static DefaultRecord next(
            ByteBuffer records, long firstOffset, long baseTimestampMs, @Nullable Long logAppendTimeMs) {
        try {
            return DefaultRecord.readFrom(
                    records, firstOffset, baseTimestampMs, RecordBatch.NO_SEQUENCE, logAppendTimeMs);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new InvalidRecordException("Incorrect declared batch size, premature EOF reached", e);
        }
    }

    private static void checkTimestamp(long timestampMs, long nowMs, TopicSettings settings) {
        if (timestampMs == RecordBatch.NO_TIMESTAMP) {
            return;
        }
        boolean tooOld = nowMs - timestampMs > settings.timestampBeforeMaxMs();
        boolean tooNew = timestampMs - nowMs > settings.timestampAfterMaxMs();
        if (tooOld || tooNew) {
            throw new InvalidTimestampException(
                    "Timestamp " + timestampMs + " of message is out of range. The timestamp"
                            + " should be within message.timestamp.before.max.ms = " + settings.timestampBeforeMaxMs()
                            + " and message.timestamp.after.max.ms = " + settings.timestampAfterMaxMs()
                            + " of the broker's clock");
        }
    }

    private void write(
            DefaultRecord record,
            PartitionId id,
            int timestampAttributes,
            long globalOffset,
            IncomingBatch batch,
            CopyBuffer rows) {
        rows.row(FIELDS);
        rows.intField(id.topicId());
        rows.intField(id.partition());
        rows.longField(record.offset());
        if (record.hasKey()) {
            rows.bytesField(record.key());
        } else {
            rows.nullField();
        }
        if (record.hasValue()) {
            rows.bytesField(record.value());
        } else {
            rows.nullField();
        }
        if (record.headers().length > 0) {
            byte[] json = headerJson.encode(record.headers());
            rows.jsonbField(json, json.length);
        } else {
            rows.nullField();
        }
        rows.longField(record.timestamp());
        boolean transactional = batch.header().isTransactional();
        rows.shortField(transactional ? timestampAttributes | TRANSACTIONAL : timestampAttributes);
        rows.longField(globalOffset);
        if (transactional) {
            rows.longField(batch.header().producerId());
            rows.shortField(batch.header().producerEpoch());
        } else {
            rows.nullField();
            rows.nullField();
        }
    }
}
