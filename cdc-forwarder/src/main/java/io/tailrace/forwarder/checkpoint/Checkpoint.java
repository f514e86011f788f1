package io.tailrace.forwarder.checkpoint;

import io.tailrace.forwarder.offsets.OffsetRun;
import java.util.List;

/**
 * A position, and the runs of the offset map that go with it.
 *
 * @param runs those to save, all below the position; of a position that was loaded the last one, if there is any
 */
public record Checkpoint(Position position, List<OffsetRun> runs) {
    public Checkpoint {
        runs = List.copyOf(runs);
    }
}
