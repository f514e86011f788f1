package io.tailrace.broker.log.recent;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;

/**
 * Batches that follow each other, in offsets and in memory: a part of them is a slice. What was written stays as it is, so
 * that a response may still be on its way when the piece is given up. Guarded by the lock of its partition's batches.
 */
final class Piece {

    private final RecentBatches owner;
    private final ByteBuffer bytes;
    private long[] baseOffsets = new long[16];
    private int[] positions = new int[16];
    private int count;
    private long endOffset = -1;
    private int readableCount;

    Piece(RecentBatches owner, int capacity) {
        this.owner = owner;
        this.bytes = ByteBuffer.allocate(capacity);
    }

    RecentBatches owner() {
        return owner;
    }

    int capacity() {
        return bytes.capacity();
    }

    /** Where its first batch begins. */
    long startOffset() {
        return baseOffsets[0];
    }

    /** Where its next batch would begin; −1 without batches. */
    long endOffset() {
        return endOffset;
    }

    boolean hasRoom(int size) {
        return bytes.remaining() >= size;
    }

    /** Room for the next batch, which is to be written at once. */
    ByteBuffer add(long baseOffset, long nextOffset, int size) {
        if (count == positions.length) {
            baseOffsets = Arrays.copyOf(baseOffsets, 2 * count);
            positions = Arrays.copyOf(positions, 2 * count);
        }
        baseOffsets[count] = baseOffset;
        positions[count] = bytes.position();
        count++;
        endOffset = nextOffset;
        ByteBuffer room = bytes.slice(bytes.position(), size);
        bytes.position(bytes.position() + size);
        return room;
    }

    /** All its batches may be read. @return false if they could before */
    boolean publish() {
        boolean changed = readableCount < count;
        readableCount = count;
        return changed;
    }

    /** Forgets what may not be read. @return false if there is none */
    boolean discard() {
        if (count == readableCount) {
            return false;
        }
        endOffset = readableCount == 0 ? -1 : baseOffsets[readableCount];
        bytes.position(positions[readableCount]);
        count = readableCount;
        return true;
    }

    boolean isReadable() {
        return readableCount > 0;
    }

    /** Whole batches from the one that holds the offset on; null if it is not here, or ends behind the end. */
    @Nullable
    MemoryRecords read(long startOffset, long endOffsetExc, int maxBytes) {
        if (readableCount == 0 || startOffset < baseOffsets[0] || startOffset >= batchEnd(readableCount - 1)) {
            return null;
        }
        int found = Arrays.binarySearch(baseOffsets, 0, readableCount, startOffset);
        int first = found >= 0 ? found : -found - 2;
        int last = first;
        while (last < readableCount && batchEnd(last) <= endOffsetExc && fits(first, last, maxBytes)) {
            last++;
        }
        if (last == first) {
            return null;
        }
        int position = positions[first];
        return MemoryRecords.readableRecords(bytes.slice(position, positionAfter(last - 1) - position));
    }

    private boolean fits(int first, int last, int maxBytes) {
        return last == first || positionAfter(last) - positions[first] <= maxBytes;
    }

    private long batchEnd(int batch) {
        return batch + 1 < count ? baseOffsets[batch + 1] : endOffset;
    }

    private int positionAfter(int batch) {
        return batch + 1 < count ? positions[batch + 1] : bytes.position();
    }
}
