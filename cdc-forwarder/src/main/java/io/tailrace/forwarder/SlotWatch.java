package io.tailrace.forwarder;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the slots from outside: warns when one keeps too much write-ahead log, drops it when that may fill the disk,
 * lets it move on where only others write, and finds out when the stream on it is dead, or not wanted any more. All of that must
 * go on while the target keeps every other thread waiting, so it has a thread and a connection of its own; slots are made
 * and dropped under its lock. Thread-safe. Owns: the thread and the connection.
 */
final class SlotWatch implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(SlotWatch.class);
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final long CLOSE_TIMEOUT_MS = 5_000;

    private final List<WatchedSlot> slots;
    private final DataSource dataSource;
    private final ForwarderStatus status;
    private final @Nullable PartitionLags lags;
    private final ReverseShadow reverse;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "tailrace-slot-watch");
    /** Used by the watch's own thread only. */
    private @Nullable Connection connection;
    /** Used by the watch's own thread only. */
    private boolean saidBound;

    private volatile boolean turned;
    /** Whether the slots are this process's to look after. */
    private boolean ours;

    /**
     * @param reverse to be asked whether the direction has turned
     * @param lags what to read for the metrics; null if nobody asks
     */
    SlotWatch(
            List<WatchedSlot> slots,
            DataSource dataSource,
            ForwarderStatus status,
            ReverseShadow reverse,
            @Nullable PartitionLags lags) {
        this.lags = lags;
        this.reverse = reverse;
        this.slots = slots;
        this.dataSource = dataSource;
        this.status = status;
        thread.setDaemon(true);
    }

    void begin() {
        thread.start();
    }

    /** From now on the slots may be another process's. */
    synchronized void leaveSlots() {
        ours = false;
    }

    /** Makes the slots that are missing, and looks after all from now on. */
    synchronized void makeSlots(Connection database) throws SQLException {
        for (WatchedSlot slot : slots) {
            slot.make(database);
        }
        ours = true;
    }

    /** @throws SlotException unless the slots still stand where they did when they were made */
    synchronized void requireUntouched(Connection database) throws SQLException {
        for (WatchedSlot slot : slots) {
            if (!slot.isUntouched(database)) {
                throw new SlotException(
                        "the replication slot was dropped or moved while the table was read; what it left out is read from the table");
            }
        }
    }

    /** Whether a slot was dropped because it kept too much, and not made again. */
    synchronized boolean hasDroppedSlot() {
        return slots.stream().anyMatch(WatchedSlot::isDropped);
    }

    /** Streams run from now on, one for each slot, which began where it stands. */
    synchronized void onStreams(List<StreamProgress> progress) {
        for (int i = 0; i < slots.size(); i++) {
            slots.get(i).onStream(progress.get(i));
        }
        turned = false;
    }

    synchronized void onStreamsEnd() {
        slots.forEach(WatchedSlot::onStreamEnd);
    }

    /** @throws SourceException if the streams must be replaced by new ones */
    synchronized void requireHealthy() {
        for (WatchedSlot slot : slots) {
            StreamWatch.Complaint complaint = slot.complaint();
            if (complaint != null) {
                throw new SourceException(complaint.reason(), null);
            }
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
            status.onSlots(List.of());
            disconnect();
            LOGGER.atDebug().setCause(failed).log("the replication slots cannot be looked at now");
        }
    }

    private synchronized void check(Connection database) throws SQLException, InterruptedException {
        if (!saidBound) {
            slots.get(0).sayBound(database);
            saidBound = true;
        }
        List<ReplicationSlot.State> states = new ArrayList<>();
        for (WatchedSlot slot : slots) {
            Optional<ReplicationSlot.State> state = slot.state(database);
            state.ifPresent(states::add);
            if (state.isPresent() && ours) {
                slot.check(database, state.get());
            }
        }
        status.onSlots(states);
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
