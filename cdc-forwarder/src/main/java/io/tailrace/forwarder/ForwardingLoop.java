package io.tailrace.forwarder;

import io.tailrace.config.ForwarderConfig;
import io.tailrace.forwarder.checkpoint.PositionStore;
import io.tailrace.forwarder.groups.GroupSync;
import io.tailrace.forwarder.metrics.PartitionLags;
import io.tailrace.forwarder.pipeline.Pipeline;
import io.tailrace.forwarder.retry.Backoff;
import io.tailrace.forwarder.reverse.ReverseShadow;
import io.tailrace.forwarder.source.ReplicationSlot;
import io.tailrace.forwarder.source.ReplicationStreams;
import io.tailrace.forwarder.source.Share;
import io.tailrace.forwarder.source.Shares;
import io.tailrace.forwarder.source.SlotException;
import io.tailrace.forwarder.source.SourceException;
import io.tailrace.forwarder.source.SourceServer;
import io.tailrace.forwarder.source.SourceSession;
import io.tailrace.schema.Migrations;
import io.tailrace.schema.PostgresRequirements;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forwards until it is stopped: connect, lock, check, make the slots, catch up from the table, stream; and all of it
 * again after a failure. While clients are at the target, it brings back what is produced there instead. What is in memory
 * (positions, records on their way) outlives the streams, so new ones repeat nothing. Runs on its own thread; {@link #stop()} is
 * for any thread. Owns: the pipeline, the watch over the slots, and what carries consumer groups.
 */
final class ForwardingLoop implements Runnable {
    private static final Logger LOGGER = LoggerFactory.getLogger(ForwardingLoop.class);
    private static final Duration WATCH_INTERVAL = Duration.ofMillis(200);
    private static final Duration LOCK_RETRY = Duration.ofMillis(200);
    private static final Duration LOCK_REMINDER = Duration.ofSeconds(30);
    private static final Duration FINISH_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration STABLE_AFTER = Duration.ofSeconds(10);

    private final ForwarderConfig config;
    private final DataSource dataSource;
    private final Pipeline pipeline;
    private final GroupSync groups;
    private final ReverseShadow reverse;
    private final Backoff backoff;
    private final ForwarderStats stats;
    private final ForwarderStatus status;
    private final Shares shares;
    private final SlotWatch watch;
    private final StatsLog statsLog;
    private final CountDownLatch stopped = new CountDownLatch(1);
    /** Of the last run; used by the loop's own thread only. */
    private Duration streamedFor = Duration.ZERO;
    /** Which Postgres it was that memory is about; used by the loop's own thread only. */
    private @Nullable SourceServer server;
    /** Whether the schema is known to be that of this version; used by the loop's own thread only. */
    private boolean migrated;

    ForwardingLoop(
            ForwarderConfig config,
            DataSource dataSource,
            Pipeline pipeline,
            GroupSync groups,
            ReverseShadow reverse,
            Backoff backoff,
            ForwarderStats stats,
            ForwarderStatus status,
            @Nullable PartitionLags lags) {
        this.config = config;
        this.dataSource = dataSource;
        this.pipeline = pipeline;
        this.groups = groups;
        this.reverse = reverse;
        this.backoff = backoff;
        this.stats = stats;
        this.status = status;
        this.shares = new Shares(config.replication());
        this.watch = new SlotWatch(
                shares.all().stream()
                        .map(share -> new WatchedSlot(share.slot(), config.replication(), stats))
                        .toList(),
                dataSource,
                status,
                reverse,
                lags);
        this.statsLog = new StatsLog(stats);
    }

    void stop() {
        stopped.countDown();
        pipeline.stop();
    }

    @Override
    public void run() {
        try (pipeline;
                watch;
                groups) {
            watch.begin();
            Duration delay = null;
            while (!isStopping()) {
                long forwarded = stats.forwarded();
                streamedFor = Duration.ZERO;
                Throwable failure = forward();
                if (isStopping()) {
                    break;
                }
                if (failure == null) {
                    continue;
                }
                boolean wasStable = stats.forwarded() > forwarded || streamedFor.compareTo(STABLE_AFTER) > 0;
                delay = backoff.after(wasStable ? null : delay);
                stats.onRestart();
                status.onPhase(ForwarderStatus.Phase.INTERRUPTED);
                report(failure, delay);
                stopped.await(delay.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        statsLog.log();
        LOGGER.atInfo().log("forwarder stopped");
    }

    /** One run. @return what ended it, or null if it was stopped, or records go the other way from now on */
    private @Nullable Throwable forward() throws InterruptedException {
        try (SourceSession session = SourceSession.open(dataSource)) {
            try {
                awaitLock(session);
                prepareDatabase();
                recognise(session);
                new PositionStore(config.replication().slot()).register(session.connection());
                if (reverse.isDue(session.connection())) {
                    bringBack(session);
                    return null;
                }
                shares.prepare(session.connection());
                catchUpWithoutSlot(session);
                watch.makeSlots(session.connection());
                awaitInactive(session);
                catchUp(session);
                watch.requireUntouched(session.connection());
                return stream();
            } finally {
                groups.pause();
                watch.leaveSlots();
                if (isStopping()) {
                    pipeline.finish(FINISH_TIMEOUT);
                }
            }
        } catch (SQLException | RuntimeException failed) {
            return failed;
        } catch (InterruptedException interrupted) {
            if (isStopping()) {
                return null;
            }
            throw interrupted;
        }
    }

    /** A standby that has taken over may be behind what was forwarded, and its log goes on with other records. */
    private void recognise(SourceSession session) throws SQLException, InterruptedException {
        SourceServer now = SourceServer.of(session.connection());
        if (server != null && !server.equals(now)) {
            LOGGER.atWarn()
                    .addKeyValue("timelineBefore", server.timeline())
                    .addKeyValue("timeline", now.timeline())
                    .log("another server has taken over from Postgres; what the target has is compared with its log");
            pipeline.forget(FINISH_TIMEOUT);
        }
        server = now;
    }

    /** Slots would keep write-ahead log for nothing meanwhile: what is forwarded afterwards is read from the table first. */
    private void bringBack(SourceSession session) throws SQLException, InterruptedException {
        status.onPhase(ForwarderStatus.Phase.BRINGING_BACK);
        shares.dropSlots(session.connection());
        pipeline.standAside(session.connection(), FINISH_TIMEOUT);
        long startNs = System.nanoTime();
        try {
            reverse.run(session.connection(), this::isStopping);
        } finally {
            streamedFor = Duration.ofNanos(System.nanoTime() - startNs);
        }
    }

    /** A slot that was dropped to spare the disk is made again only when there is little left to do: until then it would keep as much again. */
    private void catchUpWithoutSlot(SourceSession session) throws SQLException, InterruptedException {
        if (watch.hasDroppedSlot()) {
            catchUp(session);
        }
    }

    private void catchUp(SourceSession session) throws SQLException, InterruptedException {
        status.onPhase(ForwarderStatus.Phase.CATCHING_UP);
        LOGGER.atInfo().addKeyValue("slot", config.replication().slot()).log("catching up from the table");
        pipeline.begin(session.connection());
        groups.resume();
        pipeline.catchUp();
    }

    private void prepareDatabase() {
        PostgresRequirements.checkForForwarder(dataSource);
        if (!migrated) {
            Migrations.migrate(dataSource);
            migrated = true;
        }
    }

    private @Nullable Throwable stream() throws InterruptedException {
        try (ReplicationStreams streams = ReplicationStreams.start(config, shares.all(), pipeline)) {
            LOGGER.atInfo()
                    .addKeyValue("slot", config.replication().slot())
                    .addKeyValue("engines", shares.all().size())
                    .log("streaming");
            watch.onStreams(streams.progress());
            status.onPhase(ForwarderStatus.Phase.STREAMING);
            long startNs = System.nanoTime();
            while (!isStopping() && !watch.hasTurned()) {
                if (streams.awaitEnd(WATCH_INTERVAL)) {
                    Throwable failure = streams.failure();
                    return failure != null ? failure : new SourceException("the replication stream has ended", null);
                }
                streamedFor = Duration.ofNanos(System.nanoTime() - startNs);
                watch.requireHealthy();
                statsLog.logIfDue();
            }
            return null;
        } finally {
            watch.onStreamsEnd();
        }
    }

    /** Another forwarder of this slot may be running, or be dead but not yet noticed by Postgres. */
    private void awaitLock(SourceSession session) throws SQLException, InterruptedException {
        String name = config.replication().slot();
        awaitTrue(
                () -> session.lock(name),
                "another forwarder with replication.slot = " + name
                        + " is connected to this Postgres; waiting for it to end");
    }

    private void awaitInactive(SourceSession session) throws SQLException, InterruptedException {
        for (Share share : shares.all()) {
            ReplicationSlot slot = new ReplicationSlot(share.slot());
            awaitTrue(
                    () -> slot.state(session.connection())
                            .map(state -> !state.active())
                            .orElseThrow(() -> new SlotException("the replication slot has just been dropped")),
                    "replication slot " + share.slot()
                            + " is still in use by another connection (active_pid in pg_replication_slots); waiting for it to end");
        }
    }

    private interface Condition {
        boolean isTrue() throws SQLException;
    }

    private void awaitTrue(Condition condition, String message) throws SQLException, InterruptedException {
        long sayAtNs = System.nanoTime();
        while (!condition.isTrue()) {
            if (System.nanoTime() - sayAtNs >= 0) {
                LOGGER.atWarn().log(message);
                sayAtNs = System.nanoTime() + LOCK_REMINDER.toNanos();
            }
            if (stopped.await(LOCK_RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new InterruptedException("the forwarder stops");
            }
        }
    }

    private static void report(@Nullable Throwable failure, Duration delay) {
        LOGGER.atWarn()
                .addKeyValue("reason", FailureText.of(failure))
                .addKeyValue("retryInMs", delay.toMillis())
                .log("forwarding was interrupted and starts again; nothing is lost");
        LOGGER.atDebug().setCause(failure).log("the cause in full");
    }

    private boolean isStopping() {
        return stopped.getCount() == 0;
    }
}
