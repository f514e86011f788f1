package io.tailrace.broker.log.recent;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The memory for the newest batches of all partitions: when it is full, the oldest piece of any partition makes room.
 * Thread-safe. A partition may hold its lock where it gives pieces back, not where it asks for one: others then lose theirs.
 */
public final class RecentMemory {

    /** Large enough for a fetch, and no "humongous object" to the garbage collector of a small heap. */
    static final int MAX_PIECE_BYTES = 256 * 1024;

    /** However small it is: what makes room is a part of it only. */
    private static final int MIN_PIECES = 8;

    private final long maxBytes;
    private final Set<Piece> pieces = new LinkedHashSet<>();
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private long bytes;

    /** @param maxBytes what all pieces together take; 0: nothing is kept */
    public RecentMemory(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** A piece for batches of a partition, or null where the batch is too large to be kept. */
    @Nullable
    Piece allocate(RecentBatches owner, int wantedBytes, int batchBytes) {
        int size = (int) Math.max(batchBytes, Math.min(wantedBytes, maxBytes / MIN_PIECES));
        if (size > maxBytes) {
            return null;
        }
        Piece piece = new Piece(owner, size);
        List<Piece> oldest;
        synchronized (pieces) {
            oldest = makeRoom(size);
            pieces.add(piece);
            bytes += size;
        }
        oldest.forEach(gone -> gone.owner().remove(gone));
        return piece;
    }

    private List<Piece> makeRoom(int size) {
        List<Piece> oldest = new ArrayList<>();
        Iterator<Piece> candidates = pieces.iterator();
        while (bytes + size > maxBytes) {
            Piece piece = candidates.next();
            candidates.remove();
            bytes -= piece.capacity();
            oldest.add(piece);
        }
        return oldest;
    }

    /** The partition has no more use for these. */
    void release(List<Piece> unused) {
        synchronized (pieces) {
            for (Piece piece : unused) {
                if (pieces.remove(piece)) {
                    bytes -= piece.capacity();
                }
            }
        }
    }

    void onHit() {
        hits.increment();
    }

    void onMissed() {
        misses.increment();
    }

    /** Reads that were served from here; twice, if Postgres was asked for other partitions of the same fetch. */
    public long hits() {
        return hits.sum();
    }

    /** Reads for which Postgres was asked. */
    public long misses() {
        return misses.sum();
    }

    /** What the pieces take now. */
    public long bytes() {
        synchronized (pieces) {
            return bytes;
        }
    }
}
