package io.tailrace.forwarder.decode;

import java.nio.ByteBuffer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** Checks a stored batch: Kafka's format 2, its checksum, and that it covers the offsets that its row says. Stateless. */
public final class BatchHeader {
    private static final int MAGIC_PLACE = 16;
    private static final byte MAGIC = 2;
    private static final int LENGTH_PLACE = 8;
    /** Base offset and length: what the length does not count. */
    private static final int LENGTH_EXCLUDES = 12;

    private BatchHeader() {}

    /** The batch of a row. @throws UnreadableRowException if it is not what it should be */
    public static DefaultRecordBatch read(LogBatch row) {
        try {
            return check(row);
        } catch (KafkaException | IllegalArgumentException unreadable) {
            throw UnreadableRowException.inBatch(row, unreadable);
        }
    }

    private static DefaultRecordBatch check(LogBatch row) {
        ByteBuffer bytes = ByteBuffer.wrap(row.bytes());
        require(bytes.remaining() >= DefaultRecordBatch.RECORD_BATCH_OVERHEAD, "it is shorter than a batch's header");
        require(bytes.get(MAGIC_PLACE) == MAGIC, "it is not of Kafka's format 2 but " + bytes.get(MAGIC_PLACE));
        long length = LENGTH_EXCLUDES + (long) bytes.getInt(LENGTH_PLACE);
        require(length == bytes.remaining(), "it has " + bytes.remaining() + " bytes, and says that it has " + length);
        DefaultRecordBatch batch = (DefaultRecordBatch)
                MemoryRecords.readableRecords(bytes).batches().iterator().next();
        require(batch.isValid(), "its checksum is wrong");
        require(!batch.isControlBatch(), "it is a control batch");
        require(
                batch.baseOffset() == row.offset() && batch.lastOffset() == row.endExc() - 1,
                "it says that it covers the offsets " + batch.baseOffset() + " to " + batch.lastOffset()
                        + ", and its row says " + row.offset() + " to " + (row.endExc() - 1));
        return batch;
    }

    static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
