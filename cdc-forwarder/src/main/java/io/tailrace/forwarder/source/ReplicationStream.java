package io.tailrace.forwarder.source;

import io.debezium.embedded.Connect;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import io.tailrace.config.PostgresConfig;
import io.tailrace.config.ReplicationConfig;
import io.tailrace.forwarder.pipeline.Pipeline;
import java.io.IOException;
import java.time.Duration;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of Debezium's engine on the slot, from start to its first failure; after that a new one is made. Thread-safe:
 * the engine runs on its own threads, and is watched from outside. Owns: the engine and its threads.
 */
final class ReplicationStream implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(ReplicationStream.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(60);
    private static final long CLOSE_RETRY_MS = 50;

    private final StreamProgress progress = new StreamProgress();
    private final StreamHandler handler;
    private final DebeziumEngine<RecordChangeEvent<SourceRecord>> engine;
    private final Thread thread;
    private volatile @Nullable Throwable failure;

    /** @param onEnd called when the engine has ended */
    ReplicationStream(
            PostgresConfig postgres, ReplicationConfig replication, Share share, Pipeline pipeline, Runnable onEnd) {
        handler = new StreamHandler(pipeline, progress);
        engine = DebeziumEngine.create(ChangeEventFormat.of(Connect.class))
                .using(EngineSettings.properties(postgres, replication, share))
                .using((success, message, error) -> failure = error)
                .notifying(handler)
                .build();
        thread = new Thread(() -> run(onEnd), "tailrace-debezium-" + (share.index() + 1));
        thread.setDaemon(true);
    }

    private void run(Runnable onEnd) {
        try {
            engine.run();
        } finally {
            onEnd.run();
        }
    }

    /** Starts streaming from the slot's confirmed position. */
    void start() {
        thread.start();
    }

    /** How far it has come. */
    StreamProgress progress() {
        return progress;
    }

    /** Why the engine has ended; null if it runs, or was closed. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    /** Ends the engine, and returns when nothing of it runs any more. */
    @Override
    public void close() {
        handler.cancel();
        long deadlineNs = System.nanoTime() + CLOSE_TIMEOUT.toNanos();
        try {
            while (thread.isAlive() && System.nanoTime() - deadlineNs < 0) {
                tryClose();
                thread.join(CLOSE_RETRY_MS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOGGER.atWarn().log("Debezium's engine does not end; it is left behind");
        }
    }

    /** Does nothing while the engine is in the middle of its start, when it cannot be closed, or is closing already. */
    private void tryClose() {
        try {
            engine.close();
        } catch (IllegalStateException startingOrEnding) {
            LOGGER.atDebug().log("the engine cannot be closed now");
        } catch (IOException failed) {
            LOGGER.atWarn().addKeyValue("reason", failed.getMessage()).log("Debezium's engine did not close cleanly");
        }
    }
}
