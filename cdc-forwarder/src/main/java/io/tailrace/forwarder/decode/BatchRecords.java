package io.tailrace.forwarder.decode;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.DefaultRecord;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * Takes stored batches apart, which {@link BatchHeader} checks first. The records are read one by one, and only those in the
 * range that is asked for are copied, since the buffer with what was decompressed is used for the next batch. Confined to one thread, which takes one batch apart at a time. Owns:
 * the buffer.
 */
public final class BatchRecords {
    private final BatchPayload payload;

    /** @param maxBytes the most that a batch may grow to when its compression is taken off */
    public BatchRecords(int maxBytes) {
        this.payload = new BatchPayload(maxBytes);
    }

    /**
     * The batch's records in a range of offsets, in their order. Valid until the next call.
     *
     * @throws UnreadableRowException if the batch is not what it should be; also from the iterator, which has given the
     *     records before the unreadable one by then
     */
    public Iterator<LogRow> read(LogBatch row, long startInc, long endExc) {
        DefaultRecordBatch batch = BatchHeader.read(row);
        try {
            return new Records(
                    row, batch, payload.records(batch, row.bytes()), startInc, Math.min(endExc, row.endExc()));
        } catch (KafkaException | IllegalArgumentException unreadable) {
            throw UnreadableRowException.inBatch(row, unreadable);
        }
    }

    private static final class Records implements Iterator<LogRow> {
        private final LogBatch row;
        private final ByteBuffer bytes;
        private final long baseTimestamp;
        private final @Nullable Long logAppendTime;
        private final long startInc;
        private final long endExc;
        private int left;
        private long previous;
        private @Nullable LogRow next;

        Records(LogBatch row, DefaultRecordBatch batch, ByteBuffer bytes, long startInc, long endExc) {
            this.row = row;
            this.bytes = bytes;
            this.baseTimestamp = batch.baseTimestamp();
            this.logAppendTime =
                    batch.timestampType() == TimestampType.LOG_APPEND_TIME ? (Long) batch.maxTimestamp() : null;
            this.startInc = startInc;
            this.endExc = endExc;
            this.left = batch.countOrNull();
            this.previous = row.offset() - 1;
        }

        @Override
        public boolean hasNext() {
            if (next == null) {
                next = find();
            }
            return next != null;
        }

        @Override
        public LogRow next() {
            LogRow found = next == null ? find() : next;
            next = null;
            if (found == null) {
                throw new NoSuchElementException();
            }
            return found;
        }

        private @Nullable LogRow find() {
            while (left > 0) {
                DefaultRecord record = read();
                if (record.offset() >= endExc) {
                    left = 0;
                } else if (record.offset() >= startInc) {
                    return copy(record);
                }
            }
            return null;
        }

        private DefaultRecord read() {
            try {
                DefaultRecord record = DefaultRecord.readFrom(bytes, row.offset(), baseTimestamp, -1, logAppendTime);
                BatchHeader.require(
                        record.offset() > previous && record.offset() < row.endExc(),
                        "a record at offset " + record.offset() + " follows one at " + previous);
                previous = record.offset();
                left--;
                BatchHeader.require(left > 0 || !bytes.hasRemaining(), "bytes follow its last record");
                return record;
            } catch (KafkaException | IllegalArgumentException | BufferUnderflowException unreadable) {
                throw UnreadableRowException.inBatch(row, unreadable);
            }
        }

        private LogRow copy(DefaultRecord record) {
            return new LogRow(
                    row.topicId(),
                    row.partition(),
                    record.offset(),
                    record.timestamp(),
                    Utils.toNullableArray(record.key()),
                    Utils.toNullableArray(record.value()),
                    headers(record.headers()));
        }

        /** A header copies its bytes when it is asked for them first. */
        private static List<Header> headers(Header[] headers) {
            for (Header header : headers) {
                header.key();
                header.value();
            }
            return headers.length == 0 ? List.of() : Arrays.asList(headers);
        }
    }
}
