package io.tailrace.broker.log;

import io.tailrace.broker.topic.TopicSettings;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.DefaultRecord;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.ProduceResponse.RecordError;
import org.apache.kafka.storage.internals.log.RecordValidationException;
import org.jspecify.annotations.Nullable;

/**
 * Takes the records out of a batch and checks them by the rules of Kafka's LogValidator. Whatever the shape of the rows, what is
 * stored can be read again, by consumers and by the forwarder. Confined to one thread.
 */
final class IncomingRecords {

    /**
     * A batch that was read.
     *
     * @param records without compression; valid until the next batch is read
     */
    record Read(ByteBuffer records, long maxTimestampMs) {}

    private final BatchPayload payload;

    IncomingRecords(BatchPayload payload) {
        this.payload = payload;
    }

    /**
     * Hands on the batch's records, in their order, with their offsets and the timestamps that they are stored with. When it
     * throws, what it has handed on is the caller's to undo.
     *
     * @param firstOffset the offset of the first record
     * @param nowMs the time of the append
     * @return what was read
     * @throws org.apache.kafka.common.errors.ApiException for a batch whose contents break a rule
     * @throws RecordValidationException likewise, where single records are to blame
     */
    Read forEach(
            IncomingBatch batch, Partition partition, long firstOffset, long nowMs, Consumer<DefaultRecord> consumer) {
        ByteBuffer records = payload.records(batch);
        TopicSettings settings = partition.topic().settings();
        boolean logAppendTime = settings.timestampType() == TimestampType.LOG_APPEND_TIME;
        Long batchTimestampMs = logAppendTime ? Long.valueOf(nowMs) : null;
        long baseTimestampMs = batch.header().baseTimestamp();
        checkNotNegative(baseTimestampMs);
        long maxTimestampMs = RecordBatch.NO_TIMESTAMP;
        List<RecordError> errors = new ArrayList<>();
        int count = batch.count();
        for (int index = 0; index < count; index++) {
            DefaultRecord record = next(records, firstOffset, baseTimestampMs, batchTimestampMs);
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
            maxTimestampMs = Math.max(maxTimestampMs, record.timestamp());
            consumer.accept(record);
        }
        if (records.hasRemaining()) {
            throw new InvalidRecordException("Incorrect declared batch size, records still remaining in file");
        }
        if (!errors.isEmpty()) {
            throw new RecordValidationException(
                    new InvalidRecordException("One or more records have been rejected"), errors);
        }
        return new Read(records.rewind(), maxTimestampMs);
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
        checkNotNegative(timestampMs);
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

    /** Kafka's own classes write no batch with such a time, so it could neither be served nor forwarded. */
    private static void checkNotNegative(long timestampMs) {
        if (timestampMs < 0 && timestampMs != RecordBatch.NO_TIMESTAMP) {
            throw new InvalidTimestampException("Timestamp " + timestampMs + " of message is negative");
        }
    }
}
