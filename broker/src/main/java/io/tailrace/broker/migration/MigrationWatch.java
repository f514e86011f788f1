package io.tailrace.broker.migration;

import io.tailrace.broker.log.AppendFence;
import io.tailrace.broker.sql.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows how far a migration has come. It sleeps on a connection that listens for {@code tailrace_migration}, which costs
 * Postgres nothing, and looks by itself now and then, should a notification be lost. Where Postgres is away, what was known
 * last holds; a fence ends in its time all the same. Thread-safe. Owns: its thread, and that connection.
 */
public final class MigrationWatch implements AppendFence, AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(MigrationWatch.class);
    private static final String NAME = "tailrace-migration";
    private static final int SLICE_MS = 500;

    /** How often to look without being told: seldom, but for when a migration is under way. */
    private static final Duration QUIET_POLL_INTERVAL = Duration.ofMinutes(1);

    private static final Duration POLL_INTERVAL = Duration.ofSeconds(5);
    private static final long PAUSE_AFTER_FAILURE_MS = 1000;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final Database database;
    private final Thread thread;
    private volatile Stage stage;
    private volatile Task returning = connection -> {};
    private volatile Task reconnected = connection -> {};
    private volatile Runnable changed = () -> {};
    private volatile long movedNs = System.nanoTime();
    private volatile boolean closing;

    /** Whether Postgres was away since it was looked at last. Confined to the thread. */
    private boolean interrupted;

    /** What the log was told of last. Confined to the thread, once that runs. */
    private Stage told = new Stage.Serving();

    /** What is to be done at some event, on the watch's thread. Where it fails, it is tried again. */
    @FunctionalInterface
    public interface Task {
        void run(Connection connection) throws SQLException;
    }

    /** Reads how things stand, says that this broker heeds it, and follows it from then on. */
    public MigrationWatch(Database database, int leaseEpoch, int nodeId) throws SQLException {
        this.database = database;
        this.stage = database.inTransaction(connection -> {
            MigrationStore.heed(connection, leaseEpoch, nodeId);
            return MigrationStore.read(connection);
        });
        tell();
        this.thread = new Thread(this::run, NAME);
        thread.setDaemon(true);
        thread.start();
    }

    /** Has this done whenever clients of a moved cluster return, from now on: before they are served. */
    public void onReturn(Task work) {
        returning = work;
    }

    /** Has this done whenever Postgres is back after it was away, from now on. */
    public void onReconnect(Task work) {
        reconnected = work;
    }

    /** Has this run whenever the log is fenced, no longer fenced, or clients go elsewhere; on the watch's thread. */
    void onChange(Runnable work) {
        changed = work;
    }

    /** As of now. */
    Stage stage() {
        Stage known = stage;
        return known instanceof Stage.Fenced fenced && System.nanoTime() - fenced.untilNs() >= 0
                ? new Stage.Serving()
                : known;
    }

    @Override
    public boolean isUp() {
        return !(stage() instanceof Stage.Serving);
    }

    /** For how long this broker has known that clients are to go on elsewhere; zero where they are not. */
    public Duration movedFor() {
        return stage instanceof Stage.Moved ? Duration.ofNanos(System.nanoTime() - movedNs) : Duration.ZERO;
    }

    private void run() {
        while (!closing) {
            try (Connection connection = database.connect(NAME)) {
                listen(connection);
                onConnected(connection);
                while (!closing) {
                    follow(connection, MigrationStore.read(connection));
                    tell();
                    awaitChange(connection);
                }
            } catch (SQLException | RuntimeException e) {
                LOGGER.atDebug().setCause(e).log("the state of the migration cannot be read; it is tried again");
                interrupted = true;
                pause();
            }
        }
    }

    private void onConnected(Connection connection) throws SQLException {
        if (interrupted) {
            reconnected.run(connection);
            interrupted = false;
        }
    }

    private static void listen(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("LISTEN tailrace_migration");
        }
    }

    private void follow(Connection connection, Stage next) throws SQLException {
        if (stage instanceof Stage.Moved && !(next instanceof Stage.Moved)) {
            returning.run(connection);
        }
        if (next instanceof Stage.Moved && !(stage instanceof Stage.Moved)) {
            movedNs = System.nanoTime();
        }
        stage = next;
    }

    private void tell() {
        Stage next = stage();
        if (told.getClass() == next.getClass()) {
            return;
        }
        told = next;
        changed.run();
        if (next instanceof Stage.Moved moved) {
            LOGGER.atInfo()
                    .addKeyValue("redirect", moved.redirect())
                    .addKeyValue("bootstrapServers", moved.bootstrapServers())
                    .log("the cluster has moved; its clients are to go on at the target");
        } else if (next instanceof Stage.Fenced) {
            LOGGER.atInfo().log("the log is fenced for a migration; producers are told to try again");
        } else {
            LOGGER.atInfo().log("clients are served again");
        }
    }

    /** Until a notification comes, the fence ends by itself, or it is time to look. Nothing is sent to Postgres meanwhile. */
    private void awaitChange(Connection connection) throws SQLException {
        PGConnection postgres = connection.unwrap(PGConnection.class);
        Duration interval = told instanceof Stage.Serving ? QUIET_POLL_INTERVAL : POLL_INTERVAL;
        long startNs = System.nanoTime();
        while (!closing && System.nanoTime() - startNs < interval.toNanos() && stage().getClass() == told.getClass()) {
            if (postgres.getNotifications(SLICE_MS).length > 0) {
                return;
            }
        }
    }

    private void pause() {
        try {
            Thread.sleep(PAUSE_AFTER_FAILURE_MS);
        } catch (InterruptedException e) {
            closing = true;
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the thread, in bounded time. */
    @Override
    public void close() {
        closing = true;
        try {
            thread.join(CLOSE_TIMEOUT.toMillis());
            if (thread.isAlive()) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
