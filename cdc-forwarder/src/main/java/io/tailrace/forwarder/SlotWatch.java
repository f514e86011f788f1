package io.tailrace.forwarder;

import io.tailrace.forwarder.source.ReplicationSlot;
import io.tailrace.forwarder.source.SourceException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the slot from outside Debezium: a replication connection can die without the engine noticing, and then the
 * slot keeps write-ahead log until the disk is full. Confined to one thread.
 */
final class SlotWatch {
    private static final Logger LOGGER = LoggerFactory.getLogger(SlotWatch.class);
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    /** So often the slot may be seen unused before the stream is given up. */
    private static final int MAX_INACTIVE = 3;
    /** What may be written elsewhere before the slot is moved on. */
    private static final long MOVE_ON_BYTES = 16L << 20;

    private final ReplicationSlot slot;
    private final DataSource dataSource;
    private int inactive;
    private long dueNs = System.nanoTime() + INTERVAL.toNanos();

    SlotWatch(ReplicationSlot slot, DataSource dataSource) {
        this.slot = slot;
        this.dataSource = dataSource;
    }

    /** @throws SourceException if the stream is not connected any more, though it seems to run */
    void check() throws SQLException {
        if (System.nanoTime() - dueNs < 0) {
            return;
        }
        dueNs = System.nanoTime() + INTERVAL.toNanos();
        try (Connection connection = dataSource.getConnection()) {
            Optional<ReplicationSlot.State> state = slot.state(connection);
            requireActive(state.isPresent() && state.get().active());
            if (state.isPresent()) {
                warn(state.get());
                if (state.get().lagBytes() > MOVE_ON_BYTES) {
                    slot.moveOn(connection);
                }
            }
        }
    }

    private void requireActive(boolean active) {
        inactive = active ? 0 : inactive + 1;
        if (inactive >= MAX_INACTIVE) {
            throw new SourceException("the replication slot is not in use, though the stream seems to run", null);
        }
    }

    private static void warn(ReplicationSlot.State state) {
        if (state.walStatus().equals("unreserved")) {
            LOGGER.atWarn()
                    .addKeyValue("lagBytes", state.lagBytes())
                    .log(
                            "the slot is behind by more than max_slot_wal_keep_size and will be invalidated; then the rest is read from the table");
        }
    }
}
