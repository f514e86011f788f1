package io.tailrace.broker.log;

import io.tailrace.broker.topic.TopicSettings;
import java.nio.ByteBuffer;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.ProduceRequest;

/** A record batch as a producer sent it, with a header that has been checked by the rules of Kafka's LogValidator. */
record IncomingBatch(DefaultRecordBatch header, ByteBuffer bytes) {

    /**
     * The one batch of a produce request's partition, checked from outside: form, size, checksum.
     *
     * @param produceVersion the version of the produce request
     * @throws RecordTooLargeException above {@code max.message.bytes} of its topic
     * @throws org.apache.kafka.common.errors.CorruptRecordException for a wrong checksum
     * @throws InvalidRecordException for what no client may send
     */
    static IncomingBatch of(MemoryRecords records, short produceVersion, TopicSettings settings) {
        DefaultRecordBatch header = header(records, produceVersion);
        if (records.sizeInBytes() != header.sizeInBytes()) {
            throw new InvalidRecordException("The partition's records end with "
                    + (records.sizeInBytes() - header.sizeInBytes()) + " bytes that are no record batch");
        }
        check(header, settings);
        return new IncomingBatch(header, records.buffer());
    }

    private static DefaultRecordBatch header(MemoryRecords records, short produceVersion) {
        try {
            ProduceRequest.validateRecords(produceVersion, records);
            DefaultRecordBatch header =
                    (DefaultRecordBatch) records.batches().iterator().next();
            header.compressionType();
            return header;
        } catch (IllegalArgumentException e) {
            // So Kafka's classes say that they do not know the codec.
            throw new InvalidRecordException(e.getMessage(), e);
        }
    }

    private static void check(DefaultRecordBatch header, TopicSettings settings) {
        if (header.sizeInBytes() > settings.maxMessageBytes()) {
            throw new RecordTooLargeException("The record batch size in the append is " + header.sizeInBytes()
                    + " bytes which exceeds the maximum configured value of " + settings.maxMessageBytes() + ".");
        }
        header.ensureValid();
        long offsets = header.lastOffset() - header.baseOffset() + 1;
        if (offsets <= 0 || header.countOrNull() != offsets) {
            throw new InvalidRecordException("Inconsistent batch: offsets " + header.baseOffset() + " to "
                    + header.lastOffset() + ", but a count of " + header.countOrNull());
        }
        if (header.isControlBatch()) {
            throw new InvalidRecordException("Clients are not allowed to write control records");
        }
        if (header.isTransactional() && !header.hasProducerId()) {
            throw new InvalidRecordException("A transactional record batch must have a producer id");
        }
        if (header.hasProducerId() && header.baseSequence() < 0) {
            throw new InvalidRecordException(
                    "Invalid sequence number " + header.baseSequence() + " in record batch with producerId");
        }
    }

    int count() {
        return header.countOrNull();
    }

    int sizeInBytes() {
        return header.sizeInBytes();
    }

    /** The records behind the header, as sent: compressed or not. */
    ByteBuffer payload() {
        return bytes.slice(
                DefaultRecordBatch.RECORD_BATCH_OVERHEAD, sizeInBytes() - DefaultRecordBatch.RECORD_BATCH_OVERHEAD);
    }
}
