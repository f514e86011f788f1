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
public final class ReplicationStream implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(ReplicationStream.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(60);
    private static final long CLOSE_RETRY_MS = 50;

    private final StreamProgress progress = new StreamProgress();
    private final StreamHandler handler;
    private final DebeziumEngine<RecordChangeEvent<SourceRecord>> engine;
    private final Thread thread;
    private volatile @Nullable Throwable failure;

    private ReplicationStream(PostgresConfig postgres, ReplicationConfig replication, Pipeline pipeline) {
        handler = new StreamHandler(pipeline, progress);
        engine = DebeziumEngine.create(ChangeEventFormat.of(Connect.class))
                .using(EngineSettings.properties(postgres, replication))
                .using((success, message, error) -> failure = error)
                .notifying(handler)
                .build();
        thread = new Thread(engine, "tailrace-debezium");
        thread.setDaemon(true);
    }

    /** Starts streaming from the slot's confirmed position. */
    public static ReplicationStream start(PostgresConfig postgres, ReplicationConfig replication, Pipeline pipeline) {
        ReplicationStream stream = new ReplicationStream(postgres, replication, pipeline);
        stream.thread.start();
        return stream;
    }

    /** How far it has come. */
    public StreamProgress progress() {
        return progress;
    }

    /** Whether the engine has ended within that time */
    public boolean awaitEnd(Duration atMost) throws InterruptedException {
        thread.join(atMost.toMillis());
        return !thread.isAlive();
    }

    /** Why the engine has ended; null if it runs, or was closed. */
    public @Nullable Throwable failure() {
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
