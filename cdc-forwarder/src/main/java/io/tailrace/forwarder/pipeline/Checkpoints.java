package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.checkpoint.Checkpoint;
import io.tailrace.forwarder.checkpoint.Deliveries;
import io.tailrace.forwarder.checkpoint.PartitionProgress;
import io.tailrace.forwarder.checkpoint.PositionStore;
import io.tailrace.forwarder.offsets.OffsetMapCleaner;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Saves the positions of all partitions that have moved, with their part of the offset map, every so often. Confined to
 * the thread that moves records.
 */
final class Checkpoints {
    private final PositionStore store;
    private final OffsetMapCleaner cleaner;
    private final Duration interval;
    private final Flows flows;
    private final Deliveries deliveries;
    private long settledAtLastSave;
    private long dueNs = System.nanoTime();

    Checkpoints(PositionStore store, Duration interval, Flows flows, Deliveries deliveries) {
        this.store = store;
        this.cleaner = store.mapCleaner();
        this.interval = interval;
        this.flows = flows;
        this.deliveries = deliveries;
    }

    /** How many records, in the order in which they were sent, the saved positions cover. */
    long covered() {
        return settledAtLastSave;
    }

    void restore(Connection connection) throws SQLException, InterruptedException {
        flows.restore(connection, store.load(connection));
    }

    void saveIfDue(Connection connection) throws SQLException {
        if (System.nanoTime() - dueNs >= 0) {
            save(connection);
            cleaner.cleanIfDue(connection);
        }
    }

    void save(Connection connection) throws SQLException {
        List<Checkpoint> changed = new ArrayList<>();
        List<PartitionProgress> owners = new ArrayList<>();
        for (TopicFlow flow : flows.all()) {
            flow.forEach(progress -> {
                Checkpoint checkpoint = progress.unsaved();
                if (checkpoint != null) {
                    changed.add(checkpoint);
                    owners.add(progress);
                }
            });
        }
        if (!changed.isEmpty()) {
            store.save(connection, changed);
            for (int i = 0; i < changed.size(); i++) {
                owners.get(i).onSaved(changed.get(i));
                cleaner.onSaved(changed.get(i).runs().size());
            }
        }
        settledAtLastSave = deliveries.settled();
        dueNs = System.nanoTime() + interval.toNanos();
    }
}
