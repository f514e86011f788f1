package io.tailrace.broker.group;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecordSerde;

/**
 * What a batch of records comes to: the last record of each key, and the keys without one. A key that is deleted
 * also loses what a transaction holds for it, even where a later record of the batch sets it anew; else the
 * transaction's commit would bring the deleted offset back. Confined to one thread.
 */
final class ShardChanges {

    private final Map<ByteBuffer, ShardRecord> puts = new LinkedHashMap<>();
    private final Set<ByteBuffer> tombstones = new HashSet<>();

    /**
     * Reads a batch; the bytes are copied, for the coordinator uses its buffer again.
     *
     * @param baseOffset of the batch's first record in the shard's log
     */
    static ShardChanges of(RecordBatch batch, long baseOffset, CoordinatorRecordSerde serde) {
        ShardChanges changes = new ShardChanges();
        long offset = baseOffset;
        for (Record record : batch) {
            changes.add(record, offset++, serde);
        }
        return changes;
    }

    /** Records that are set as they are. */
    static ShardChanges of(List<ShardRecord> records) {
        ShardChanges changes = new ShardChanges();
        records.forEach(record -> changes.puts.put(ByteBuffer.wrap(record.key()), record));
        return changes;
    }

    private void add(Record record, long offset, CoordinatorRecordSerde serde) {
        byte[] key = Utils.toArray(record.key());
        ByteBuffer boxedKey = ByteBuffer.wrap(key);
        if (record.value() == null) {
            puts.remove(boxedKey);
            tombstones.add(boxedKey);
            return;
        }
        byte[] value = Utils.toArray(record.value());
        CoordinatorRecord decoded = serde.deserialize(ByteBuffer.wrap(key), ByteBuffer.wrap(value));
        puts.put(boxedKey, new ShardRecord(key, value, offset, CommittedOffset.of(decoded)));
    }

    Collection<ShardRecord> puts() {
        return puts.values();
    }

    List<ShardRecord> committedOffsets() {
        return puts.values().stream()
                .filter(record -> record.committed() != null)
                .toList();
    }

    /** Keys that had a tombstone. */
    byte[][] tombstones() {
        return bytes(tombstones);
    }

    /** Keys that are gone after the batch. */
    byte[][] deleted() {
        Set<ByteBuffer> deleted = new HashSet<>(tombstones);
        deleted.removeAll(new HashMap<>(puts).keySet());
        return bytes(deleted);
    }

    private static byte[][] bytes(Collection<ByteBuffer> keys) {
        return keys.stream().map(ByteBuffer::array).toArray(byte[][]::new);
    }
}
