package io.tailrace.forwarder;

import io.tailrace.forwarder.source.ReplicationSlot;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How the forwarder is at this moment. Thread-safe: each part is replaced as a whole. */
public final class ForwarderStatus {

    /** What the forwarder is at. */
    public enum Phase {
        /** It waits for Postgres, or for another forwarder to end. */
        STARTING,
        /** It reads the table. */
        CATCHING_UP,
        /** It follows the replication stream. */
        STREAMING,
        /** Clients are at the target: what is produced there comes back. */
        BRINGING_BACK,
        /** Something failed, and it will begin again. */
        INTERRUPTED
    }

    private volatile Phase phase = Phase.STARTING;
    private volatile ReplicationSlot.@Nullable State slot;

    public Phase phase() {
        return phase;
    }

    /** What Postgres said of the slot when it was last asked; nothing if there is none, or no answer. */
    public Optional<ReplicationSlot.State> slot() {
        return Optional.ofNullable(slot);
    }

    void onPhase(Phase now) {
        phase = now;
    }

    void onSlot(ReplicationSlot.@Nullable State now) {
        slot = now;
    }
}
