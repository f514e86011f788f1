package io.tailrace.forwarder;

import io.tailrace.forwarder.source.ReplicationSlot;
import java.util.List;

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
    private volatile List<ReplicationSlot.State> slots = List.of();

    public Phase phase() {
        return phase;
    }

    /** What Postgres said of the slots when it was last asked; those that there are not are left out, and all if it did not answer. */
    public List<ReplicationSlot.State> slots() {
        return slots;
    }

    void onPhase(Phase now) {
        phase = now;
    }

    void onSlots(List<ReplicationSlot.State> now) {
        slots = List.copyOf(now);
    }
}
