package io.tailrace.broker.log.recent;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;

/**
 * The newest batches of one partition, as consumers get them. The partition's appender writes them here before the commit, and
 * they can be read after it. It may hold nothing, or lack some in between: then Postgres is asked. What it does hold is what the
 * log has.
 *
 * <p>Thread-safe; who needs several calls to be one locks it.
 */
public final class RecentBatches {

    /** A partition that is seldom written to takes little. */
    private static final int FIRST_PIECE_BYTES = 8 * 1024;

    private final RecentMemory memory;
    private final Deque<Piece> pieces = new ArrayDeque<>();
    private int nextPieceBytes = FIRST_PIECE_BYTES;

    public RecentBatches(RecentMemory memory) {
        this.memory = memory;
    }

    /**
     * Room for a batch, to be filled before the next call; on the appender's thread. What was reserved before and neither
     * published nor followed by this batch is forgotten.
     *
     * @return null where the batch is not kept
     */
    public @Nullable ByteBuffer reserve(long baseOffset, long nextOffset, int size) {
        synchronized (this) {
            Piece last = pieces.peekLast();
            if (last != null && last.endOffset() != baseOffset) {
                discard();
                last = pieces.peekLast();
            }
            if (last != null && last.endOffset() == baseOffset && last.hasRoom(size)) {
                return last.add(baseOffset, nextOffset, size);
            }
        }
        Piece piece = memory.allocate(this, nextPieceBytes, size);
        if (piece == null) {
            return null;
        }
        synchronized (this) {
            nextPieceBytes = Math.min(2 * nextPieceBytes, RecentMemory.MAX_PIECE_BYTES);
            pieces.addLast(piece);
            return piece.add(baseOffset, nextOffset, size);
        }
    }

    /** What was reserved is committed: it may be read. */
    public synchronized void publish() {
        // Only the last ones can have something new.
        Iterator<Piece> newest = pieces.descendingIterator();
        boolean more = true;
        while (more && newest.hasNext()) {
            more = newest.next().publish();
        }
    }

    /** What was reserved and not published is not in the log. */
    public synchronized void discard() {
        List<Piece> empty = new ArrayList<>();
        Iterator<Piece> newest = pieces.descendingIterator();
        boolean more = true;
        while (more && newest.hasNext()) {
            Piece piece = newest.next();
            more = piece.discard();
            if (!piece.isReadable()) {
                newest.remove();
                empty.add(piece);
            }
        }
        memory.release(empty);
    }

    /** Forgets everything. */
    public synchronized void clear() {
        memory.release(new ArrayList<>(pieces));
        pieces.clear();
    }

    /** Forgets what is below an offset, and what lies in memory with it. */
    public synchronized void forgetBelow(long offset) {
        List<Piece> old = new ArrayList<>();
        while (!pieces.isEmpty() && pieces.getFirst().startOffset() < offset) {
            old.add(pieces.removeFirst());
        }
        memory.release(old);
    }

    /** The memory is needed elsewhere. */
    synchronized void remove(Piece piece) {
        pieces.remove(piece);
    }

    /**
     * Whole batches, from the one that holds the offset on.
     *
     * @param endOffsetExc where the reader's records end
     * @param maxBytes how large the result may be, unless its first batch alone is larger
     * @return a part of what there is, not copied; null where Postgres is to be asked
     */
    public @Nullable MemoryRecords read(long startOffset, long endOffsetExc, int maxBytes) {
        MemoryRecords found = find(startOffset, endOffsetExc, maxBytes);
        if (found != null) {
            memory.onHit();
        }
        return found;
    }

    /** Postgres was asked. */
    public void onMissed() {
        memory.onMissed();
    }

    private synchronized @Nullable MemoryRecords find(long startOffset, long endOffsetExc, int maxBytes) {
        Iterator<Piece> newest = pieces.descendingIterator();
        while (newest.hasNext()) {
            MemoryRecords found = newest.next().read(startOffset, endOffsetExc, maxBytes);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
