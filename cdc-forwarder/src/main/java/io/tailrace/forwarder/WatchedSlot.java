package io.tailrace.forwarder;

import io.tailrace.config.ReplicationConfig;
import io.tailrace.forwarder.source.ReplicationSlot;
import io.tailrace.forwarder.source.SlotException;
import io.tailrace.forwarder.source.StreamProgress;
import io.tailrace.forwarder.source.StreamWatch;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One slot as {@link SlotWatch} sees it, and the stream on it if there is one. Confined to whoever holds the watch's lock. */
final class WatchedSlot {
    private static final Logger LOGGER = LoggerFactory.getLogger(WatchedSlot.class);

    private final String name;
    private final ReplicationSlot slot;
    private final Duration streamTimeout;
    private final ForwarderStats stats;
    private final RetainedWal retained;
    private @Nullable StreamWatch stream;
    private StreamWatch.@Nullable Complaint complaint;
    private boolean dropped;
    private long start;

    WatchedSlot(String name, ReplicationConfig config, ForwarderStats stats) {
        this.name = name;
        this.slot = new ReplicationSlot(name);
        this.streamTimeout = config.streamTimeout();
        this.stats = stats;
        this.retained = new RetainedWal(name, config);
    }

    /** Makes it if there is none. */
    void make(Connection database) throws SQLException {
        slot.ensure(database);
        dropped = false;
        start = slot.state(database)
                .orElseThrow(() -> new SlotException("replication slot " + name + " has just been dropped"))
                .confirmed();
    }

    /** Whether it was dropped because it kept too much, and not made again. */
    boolean isDropped() {
        return dropped;
    }

    /** Whether it still stands where it did when it was made or found. */
    boolean isUntouched(Connection database) throws SQLException {
        return slot.state(database).filter(state -> state.confirmed() == start).isPresent();
    }

    /** A stream runs from now on, which began where the slot stands. */
    void onStream(StreamProgress progress) {
        stream = new StreamWatch(progress, start, streamTimeout, System.nanoTime());
        complaint = null;
    }

    void onStreamEnd() {
        stream = null;
        complaint = null;
    }

    /** What is wrong with the stream; null if nothing is known to be. */
    StreamWatch.@Nullable Complaint complaint() {
        return complaint;
    }

    Optional<ReplicationSlot.State> state(Connection database) throws SQLException {
        return slot.state(database);
    }

    /** What bounds the write-ahead log that is kept. */
    void sayBound(Connection database) throws SQLException {
        retained.sayBound(slot.keepLimit(database));
    }

    /** Looks after the slot in this state. */
    void check(Connection database, ReplicationSlot.State state) throws SQLException, InterruptedException {
        if (retained.isTooMuch(state, System.nanoTime())) {
            drop(database, state);
        } else if (stream != null && complaint == null) {
            check(database, state, stream);
        }
    }

    private void drop(Connection database, ReplicationSlot.State state) throws SQLException, InterruptedException {
        LOGGER.atError()
                .addKeyValue("slot", name)
                .addKeyValue("retainedBytes", state.retainedBytes())
                .log(
                        "the replication slot makes Postgres keep more write-ahead log than replication.retained_wal_drop_bytes: it is dropped before the disk is full; what follows is read from the table, nothing is lost");
        slot.drop(database);
        dropped = true;
        stats.onDroppedSlot();
        complaint = new StreamWatch.Complaint(false, "the replication slot kept too much and was dropped");
    }

    private void check(Connection database, ReplicationSlot.State state, StreamWatch running) throws SQLException {
        long now = System.nanoTime();
        StreamWatch.Complaint found = running.check(state, now);
        if (found == null) {
            if (running.wantsProbe(state, now)) {
                running.onProbe(slot.moveOn(database), now);
            }
            return;
        }
        complaint = found;
        if (found.isSilent()) {
            stats.onSilentStream();
            LOGGER.atWarn()
                    .addKeyValue("slot", name)
                    .addKeyValue("active", state.active())
                    .addKeyValue("unreadBytes", state.current() - state.confirmed())
                    .addKeyValue("reason", found.reason())
                    .log("the replication stream is silent; it is replaced by a new one");
            slot.terminate(database);
        }
    }
}
