package io.tailrace.forwarder;

import io.tailrace.config.ReplicationConfig;
import io.tailrace.forwarder.metrics.PartitionLags;
import io.tailrace.forwarder.reverse.ReverseShadow;
import io.tailrace.forwarder.source.ReplicationSlot;
import io.tailrace.forwarder.source.SlotException;
import io.tailrace.forwarder.source.SourceException;
import io.tailrace.forwarder.source.StreamProgress;
import io.tailrace.forwarder.source.StreamWatch;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the slot from outside: warns when it keeps too much write-ahead log, drops it when that may fill the disk,
 * lets it move on where only others write, and finds out when the stream on it is dead, or not wanted any more. All of that must go on while the
 * target keeps every other thread waiting, so it has a thread and a connection of its own; the slot is made and dropped
 * under its lock. Thread-safe. Owns: the thread and the connection.
 */
final class SlotWatch implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(SlotWatch.class);
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final long CLOSE_TIMEOUT_MS = 5_000;

    private final ReplicationSlot slot;
    private final DataSource dataSource;
    private final Duration streamTimeout;
    private final ForwarderStats stats;
    private final ForwarderStatus status;
    private final RetainedWal retained;
    private final @Nullable PartitionLags lags;
    private final ReverseShadow reverse;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "tailrace-slot-watch");
    /** Used by the watch's own thread only. */
    private @Nullable Connection connection;
    /** Used by the watch's own thread only. */
    private boolean saidBound;

    private @Nullable StreamWatch stream;
    private StreamWatch.@Nullable Complaint complaint;
    private boolean dropped;
    private volatile boolean turned;
    /** Whether the slot is this process's to look after. */
    private boolean ours;

    /**
     * @param reverse to be asked whether the direction has turned
     * @param lags what to read for the metrics; null if nobody asks
     */
    SlotWatch(
            ReplicationSlot slot,
            DataSource dataSource,
            ReplicationConfig config,
            ForwarderStats stats,
            ForwarderStatus status,
            ReverseShadow reverse,
            @Nullable PartitionLags lags) {
        this.lags = lags;
        this.reverse = reverse;
        this.slot = slot;
        this.dataSource = dataSource;
        this.streamTimeout = config.streamTimeout();
        this.stats = stats;
        this.status = status;
        this.retained = new RetainedWal(config);
        thread.setDaemon(true);
    }

    void begin() {
        thread.start();
    }

    /** From now on the slot may be another process's. */
    synchronized void leaveSlot() {
        ours = false;
    }

    /** Makes the slot if there is none, and looks after it from now on. @return the position that it has confirmed */
    synchronized long makeSlot(Connection database) throws SQLException {
        slot.ensure(database);
        ours = true;
        dropped = false;
        return slot.state(database)
                .orElseThrow(() -> new SlotException("the replication slot has just been dropped"))
                .confirmed();
    }

    /** Whether the slot was dropped because it kept too much, and not made again. */
    synchronized boolean hasDroppedSlot() {
        return dropped;
    }

    /** A stream runs from now on, which began at that position. */
    synchronized void onStream(StreamProgress progress, long start) {
        stream = new StreamWatch(progress, start, streamTimeout, System.nanoTime());
        turned = false;
        complaint = null;
    }

    synchronized void onStreamEnd() {
        stream = null;
        complaint = null;
    }

    /** @throws SourceException if the stream must be replaced by a new one */
    synchronized void requireHealthy() {
        if (complaint != null) {
            throw new SourceException(complaint.reason(), null);
        }
    }

    /** Whether, when this was looked at last, clients were at the target and everything from here had arrived there. */
    boolean hasTurned() {
        return turned;
    }

    private void run() {
        try {
            while (!closed.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                tryCheck();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            disconnect();
        }
    }

    private void tryCheck() throws InterruptedException {
        try {
            Connection database = connection;
            if (database == null) {
                database = dataSource.getConnection();
                connection = database;
            }
            check(database);
            turned = reverse.isDue(database);
            if (lags != null) {
                lags.readIfDue(database);
            }
        } catch (SQLException | RuntimeException failed) {
            status.onSlot(null);
            disconnect();
            LOGGER.atDebug().setCause(failed).log("the replication slot cannot be looked at now");
        }
    }

    private synchronized void check(Connection database) throws SQLException, InterruptedException {
        if (!saidBound) {
            retained.sayBound(slot.keepLimit(database));
            saidBound = true;
        }
        Optional<ReplicationSlot.State> state = slot.state(database);
        status.onSlot(state.orElse(null));
        if (state.isEmpty() || !ours) {
            return;
        }
        if (retained.isTooMuch(state.get(), System.nanoTime())) {
            drop(database, state.get());
        } else if (stream != null && complaint == null) {
            check(database, state.get(), stream);
        }
    }

    private void drop(Connection database, ReplicationSlot.State state) throws SQLException, InterruptedException {
        LOGGER.atError()
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
                    .addKeyValue("active", state.active())
                    .addKeyValue("unreadBytes", state.current() - state.confirmed())
                    .addKeyValue("reason", found.reason())
                    .log("the replication stream is silent; it is replaced by a new one");
            slot.terminate(database);
        }
    }

    private void disconnect() {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException gone) {
            // The connection is broken, which ends it as well.
        }
        connection = null;
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join(CLOSE_TIMEOUT_MS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
