package io.tailrace.broker.cleaner;

import io.tailrace.broker.cleaner.CompactionStore.Row;
import io.tailrace.broker.log.BatchDecoder;
import io.tailrace.broker.log.BatchRecords;
import io.tailrace.broker.log.StoredBatch;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.record.internal.DefaultRecord;
import org.jspecify.annotations.Nullable;

/** The records of rows of either shape, as compaction sees them. Confined to the cleaner's thread. */
final class KeyedRecords {

    private final BatchDecoder decoder = new BatchDecoder();
    private final MessageDigest sha512;

    KeyedRecords() {
        try {
            this.sha512 = MessageDigest.getInstance("SHA-512");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Compaction needs SHA-512, which this Java does not have", e);
        }
    }

    /** A record with what stands for its key ({@link CompactionStore#KEY}). */
    record KeyedRecord(long offset, @Nullable ByteBuffer key, boolean hasValue) {

        boolean isTombstone() {
            return key != null && !hasValue;
        }
    }

    /** The record of a row, or those of its batch; they are valid until the next row's. */
    Iterable<KeyedRecord> of(Row row) {
        ByteBuffer batch = row.batch();
        if (batch == null) {
            return List.of(new KeyedRecord(row.offset(), row.key(), row.hasValue()));
        }
        BatchRecords records = decode(row, batch);
        return () -> StreamSupport.stream(records.spliterator(), false)
                .map(this::keyed)
                .iterator();
    }

    /** The records of a row's batch; they are valid until the next row's. */
    BatchRecords decode(Row row, ByteBuffer batch) {
        return decoder.decode(StoredBatch.of(batch, row.offset(), row.endExc()));
    }

    KeyedRecord keyed(DefaultRecord record) {
        ByteBuffer key = record.key();
        return new KeyedRecord(record.offset(), key == null ? null : shortened(key), record.hasValue());
    }

    /** As Postgres shortens the key of a row that is a record. */
    private ByteBuffer shortened(ByteBuffer key) {
        if (key.remaining() <= CompactionStore.LONGEST_KEY) {
            return key;
        }
        sha512.update(key);
        return ByteBuffer.allocate(sha512.getDigestLength() + 1)
                .put(sha512.digest())
                .rewind();
    }
}
