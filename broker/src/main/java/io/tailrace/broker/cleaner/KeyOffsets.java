package io.tailrace.broker.cleaner;

import io.tailrace.broker.cleaner.CompactionStore.Row;
import io.tailrace.broker.cleaner.KeyedRecords.KeyedRecord;
import io.tailrace.broker.log.Partition;
import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.List;
import org.apache.kafka.storage.internals.log.SkimpyOffsetMap;

/**
 * The newest offset of each key in the dirty part of a log: Kafka's own {@link SkimpyOffsetMap}, which knows a key by its
 * MD5 and has a fixed size. Confined to the cleaner's thread; one serves all partitions, one after the other.
 */
final class KeyOffsets {

    /** As full as Kafka lets it become: the fuller, the slower. */
    private static final double LOAD_FACTOR = 0.9;

    private final KeyedRecords records;
    private final SkimpyOffsetMap offsets;
    private final int maxKeys;

    /** @param bytes the memory that it takes */
    KeyOffsets(int bytes, KeyedRecords records) {
        this.records = records;
        try {
            this.offsets = new SkimpyOffsetMap(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Compaction needs MD5, which this Java does not have", e);
        }
        this.maxKeys = Math.max(1, (int) (offsets.slots() * LOAD_FACTOR));
    }

    /**
     * Takes in the keys of a range of offsets, instead of what it held before.
     *
     * @return how far it came: the end of the range, or the first key that did not fit any more
     */
    long fill(Steps steps, Partition partition, long startInc, long endExc, int stepRows)
            throws SQLException, InterruptedException {
        offsets.clear();
        long addedTo = endExc;
        RowPages pages = new RowPages(partition, startInc, endExc, stepRows);
        while (pages.isLeft() && addedTo == endExc) {
            addedTo = steps.run(connection -> addAll(pages.next(connection), startInc, endExc));
        }
        return addedTo;
    }

    /** @return the end, or the offset of the record whose key did not fit */
    private long addAll(List<Row> page, long startInc, long endExc) {
        for (Row row : page) {
            for (KeyedRecord record : records.of(row)) {
                boolean inRange = record.offset() >= startInc && record.offset() < endExc;
                if (inRange && !add(record)) {
                    return record.offset();
                }
            }
        }
        return endExc;
    }

    private boolean add(KeyedRecord record) {
        ByteBuffer key = record.key();
        if (key == null) {
            return true;
        }
        try {
            if (offsets.size() >= maxKeys && offsets.get(key) < 0) {
                return false;
            }
            offsets.put(key, record.offset());
            return true;
        } catch (DigestException e) {
            throw new IllegalStateException(e);
        }
    }

    /** True if a later record has the same key, or if it has none, which on a compacted topic says nothing. */
    boolean supersedes(KeyedRecord record) {
        ByteBuffer key = record.key();
        try {
            return key == null || offsets.get(key) > record.offset();
        } catch (DigestException e) {
            throw new IllegalStateException(e);
        }
    }
}
