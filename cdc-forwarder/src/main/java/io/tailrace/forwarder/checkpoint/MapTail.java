package io.tailrace.forwarder.checkpoint;

import io.tailrace.forwarder.offsets.OffsetMapCleaner;
import io.tailrace.forwarder.offsets.OffsetRun;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The end of a partition's offset map: the last run, and those that are not saved yet, at most as many as the map may
 * have at all. Confined to the thread that moves records.
 */
final class MapTail {
    private final Deque<OffsetRun> unsaved = new ArrayDeque<>();
    private @Nullable OffsetRun last;

    /** The map goes on behind this run, or is empty. */
    void reset(@Nullable OffsetRun saved) {
        last = saved;
        unsaved.clear();
    }

    boolean isEmpty() {
        return last == null;
    }

    /** The record at {@code offset} stands at {@code targetOffset}. Offsets only grow. */
    void note(long offset, long targetOffset) {
        if (last != null && last.target(offset) == targetOffset) {
            return;
        }
        OffsetRun run = new OffsetRun(offset, targetOffset);
        // No record has stood where the run began: the target has others there.
        if (last != null && last.sourceOffset() == offset && last.equals(unsaved.peekLast())) {
            unsaved.removeLast();
        }
        last = run;
        unsaved.addLast(run);
        if (unsaved.size() > OffsetMapCleaner.MAX_RUNS) {
            unsaved.removeFirst();
        }
    }

    List<OffsetRun> unsaved() {
        return List.copyOf(unsaved);
    }

    void onSaved(List<OffsetRun> runs) {
        for (OffsetRun run : runs) {
            if (run.equals(unsaved.peekFirst())) {
                unsaved.removeFirst();
            }
        }
    }
}
