package io.tailrace.broker.outbox;

import io.tailrace.broker.log.LogAppends;
import io.tailrace.broker.log.PartitionTable;
import io.tailrace.broker.sql.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves records that SQL has produced into the log as soon as their transaction is committed. It sleeps on a connection that
 * listens for {@code tailrace_outbox}, which costs Postgres nothing, and looks by itself now and then, should a
 * notification be lost. Owns: its thread, and that connection.
 */
public final class Outbox implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(Outbox.class);
    private static final String NAME = "tailrace-outbox";
    private static final int SLICE_MS = 500;
    private static final long PAUSE_AFTER_FAILURE_MS = 1000;
    private static final long PAUSE_BEFORE_RETRY_MS = 100;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final Database database;
    private final OutboxMover mover;
    private final long pollIntervalNs;
    private final Thread thread;
    private volatile boolean closing;

    /**
     * Starts it.
     *
     * @param pollInterval how often to look without being told
     */
    public Outbox(Database database, PartitionTable partitions, LogAppends appends, Duration pollInterval) {
        this.database = database;
        this.mover = new OutboxMover(partitions, appends, System::nanoTime);
        this.pollIntervalNs = pollInterval.toNanos();
        this.thread = new Thread(this::run, NAME);
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        boolean failing = false;
        while (!closing) {
            try (Connection connection = database.connect(NAME)) {
                listen(connection);
                if (failing) {
                    LOGGER.atInfo().log("records that SQL has produced are written again");
                    failing = false;
                }
                moveUntilClosing(connection);
            } catch (SQLException e) {
                if (!failing && !closing) {
                    LOGGER.atWarn().setCause(e).log("records that SQL has produced wait for Postgres");
                }
                failing = true;
                pause(PAUSE_AFTER_FAILURE_MS);
            } catch (RuntimeException e) {
                LOGGER.atError().setCause(e).log("moving records out of kafka.outbox failed; it is tried again");
                pause(PAUSE_AFTER_FAILURE_MS);
            }
        }
    }

    private static void listen(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("LISTEN tailrace_outbox");
        }
    }

    private void moveUntilClosing(Connection connection) throws SQLException {
        while (!closing) {
            switch (mover.movePage(connection)) {
                case MORE -> {}
                case RETRY -> pause(PAUSE_BEFORE_RETRY_MS);
                case EMPTY -> awaitMore(connection);
            }
        }
    }

    /** Nothing is sent to Postgres meanwhile: notifications come by themselves. */
    private void awaitMore(Connection connection) throws SQLException {
        PGConnection postgres = connection.unwrap(PGConnection.class);
        long startNs = System.nanoTime();
        while (!closing && System.nanoTime() - startNs < pollIntervalNs) {
            if (postgres.getNotifications(SLICE_MS).length > 0) {
                return;
            }
        }
    }

    private void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            closing = true;
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the thread, after what it is writing; in bounded time. */
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
