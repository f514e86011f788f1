package io.tailrace.forwarder.tables;

import io.tailrace.config.TableTargetConfig;
import io.tailrace.config.TablesConfig;
import io.tailrace.forwarder.retry.Backoff;
import io.tailrace.forwarder.sink.TargetSettings;
import io.tailrace.forwarder.tables.checkpoint.CheckpointStore;
import io.tailrace.forwarder.tables.checkpoint.FileCheckpoints;
import io.tailrace.forwarder.tables.checkpoint.PostgresCheckpoints;
import io.tailrace.forwarder.tables.json.ChangeJson;
import io.tailrace.forwarder.tables.target.LostPartitions;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams tables until it is closed; whatever fails, Postgres or the target, it says so and tries again. Thread-safe. Owns:
 * its thread and connections.
 */
public final class TableStreamer implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(TableStreamer.class);
    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));
    private static final Duration STABLE_AFTER = Duration.ofSeconds(30);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(25);
    /** SQLSTATE class 08, and 57P03: the server starts, or is not there. */
    private static final String UNREACHABLE = "08.*|57P03";

    private final TablesConfig config;
    private final TargetSettings settings;
    private final CheckpointStore checkpoints;
    private final ChangeJson json;
    private final LostPartitions lost = new LostPartitions();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;

    private TableStreamer(TablesConfig config, String version) {
        TableTargetConfig target = config.kafka();
        this.config = config;
        this.settings = new TargetSettings(target.target(), target.bufferMemory());
        String file = config.replication().checkpointFile();
        this.checkpoints = file.isEmpty()
                ? new PostgresCheckpoints(config.postgres().slotName())
                : new FileCheckpoints(Path.of(file));
        this.json = new ChangeJson(version);
        this.thread = new Thread(this::run, "tailrace-tables");
    }

    /**
     * Starts streaming. A Postgres or a target that does not answer yet is waited for.
     *
     * @param version this program's, which each record names
     * @throws io.tailrace.config.ConfigException if a producer setting would break what is promised
     * @throws TablesException if Postgres answers, but cannot be streamed as it is
     */
    public static TableStreamer start(TablesConfig config, String version) {
        TableStreamer streamer = new TableStreamer(config, version);
        streamer.check();
        streamer.thread.start();
        return streamer;
    }

    /** Whether it streams, or tries to. */
    public boolean isAlive() {
        return thread.isAlive();
    }

    private void check() {
        try (Connection connection = connect()) {
            new SourceDatabase(connection, config.postgres()).check();
            checkpoints.load(connection);
        } catch (SQLException failed) {
            String state = failed.getSQLState();
            if (state == null || !state.matches(UNREACHABLE)) {
                throw new TablesException("Postgres cannot be used: " + failed.getMessage());
            }
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(
                config.postgres().postgres().jdbcUrl(), config.postgres().connectionProperties());
    }

    private void run() {
        Duration delay = null;
        try {
            while (stopped.getCount() > 0) {
                long startNs = System.nanoTime();
                Exception failure = runOnce();
                if (failure == null) {
                    break;
                }
                boolean wasStable = System.nanoTime() - startNs > STABLE_AFTER.toNanos();
                delay = BACKOFF.after(wasStable ? null : delay);
                LOGGER.atWarn()
                        .addKeyValue("reason", Objects.toString(failure.getMessage(), failure.toString()))
                        .addKeyValue("retryInMs", delay.toMillis())
                        .log("streaming was interrupted and starts again");
                LOGGER.atDebug().setCause(failure).log("the cause in full");
                stopped.await(delay.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        LOGGER.atInfo().log("table stream stopped");
    }

    /** One run. @return what ended it, or null if it was stopped */
    private @Nullable Exception runOnce() throws InterruptedException {
        try (Connection connection = connect()) {
            new TableRun(config, settings, checkpoints, lost, json, stopped, connection).run();
            return null;
        } catch (SQLException | RuntimeException failed) {
            return failed;
        } catch (InterruptedException interrupted) {
            if (stopped.getCount() == 0) {
                return null;
            }
            throw interrupted;
        }
    }

    /** Stops: what was sent is acknowledged, and the checkpoint saved. Waits for a bounded time. */
    @Override
    public void close() {
        stopped.countDown();
        try {
            thread.join(CLOSE_TIMEOUT.toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            thread.interrupt();
        }
    }
}
