package io.tailrace.broker.log;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.DefaultRecord;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/**
 * What a consumer gets for offsets of which nothing is left: one control batch at the last of them, from which it goes on. A
 * batch without records would do for Java, but not for librdkafka and KafkaJS; a control record, which no client shows to its
 * application, passes in all of them. It is a COMMIT of no producer, outside any transaction. Stateless.
 */
final class HoleBatch {

    private static final int PARTITION_LEADER_EPOCH = 0;

    /** The batch at offset 0: the base offset, its first eight bytes, is no part of the checksum. */
    private static final byte[] AT_ZERO = atZero();

    static final int SIZE = AT_ZERO.length;

    private HoleBatch() {}

    private static byte[] atZero() {
        try (ByteBufferOutputStream stream = new ByteBufferOutputStream(128)) {
            stream.position(DefaultRecordBatch.RECORD_BATCH_OVERHEAD);
            EndTransactionMarker marker = new EndTransactionMarker(ControlRecordType.COMMIT, 0);
            DefaultRecord.writeTo(
                    new DataOutputStream(stream),
                    0,
                    0,
                    ControlRecordType.COMMIT.recordKey(),
                    marker.serializeValue(),
                    Record.EMPTY_HEADERS);
            ByteBuffer buffer = stream.buffer();
            buffer.flip();
            writeHeader(buffer);
            byte[] bytes = new byte[buffer.limit()];
            buffer.get(0, bytes);
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeHeader(ByteBuffer buffer) {
        DefaultRecordBatch.writeHeader(
                buffer,
                0,
                0,
                buffer.limit(),
                RecordBatch.CURRENT_MAGIC_VALUE,
                CompressionType.NONE,
                TimestampType.CREATE_TIME,
                0,
                0,
                RecordBatch.NO_PRODUCER_ID,
                RecordBatch.NO_PRODUCER_EPOCH,
                0,
                false,
                true,
                false,
                PARTITION_LEADER_EPOCH,
                1);
    }

    /** Writes the batch for a hole that ends with the given offset. */
    static void write(long lastOffset, ByteBufferOutputStream stream) {
        ByteBuffer batch = ByteBuffer.wrap(AT_ZERO.clone());
        batch.putLong(0, lastOffset);
        stream.write(batch);
    }
}
