package io.tailrace.forwarder.source;

import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.RecordChangeEvent;
import io.tailrace.forwarder.decode.ChangeDecoder;
import io.tailrace.forwarder.pipeline.Pipeline;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Puts the engine's rows into the pipeline, and marks how far Postgres may forget.
 *
 * <p>What is marked is a heartbeat that came between two transactions: its position ({@code lsn_commit}) is the end of
 * the last one. Rows are never marked, nor a heartbeat inside a transaction. Each heartbeat waits until everything that
 * was sent before it is acknowledged and saved. Confined to the engine's thread, whose committer is not thread-safe;
 * {@link #cancel()} is for any thread.
 */
final class StreamHandler implements DebeziumEngine.ChangeConsumer<RecordChangeEvent<SourceRecord>> {
    private static final int MAX_WAITING = 1_000;
    /** What is due in the pipeline does not wait for all rows of the engine: each may be a batch of thousands of records. */
    private static final long TICK_NS = 100_000_000L;

    private static final String COMMIT_POSITION = "lsn_commit";

    private final Pipeline pipeline;
    private final StreamProgress progress;
    private final ChangeDecoder decoder = new ChangeDecoder();
    private final ArrayDeque<Boundary> waiting = new ArrayDeque<>();
    private volatile boolean cancelled;

    /** The end of a transaction, and how many records had been sent by then. */
    private record Boundary(long sent, RecordChangeEvent<SourceRecord> heartbeat) {}

    StreamHandler(Pipeline pipeline, StreamProgress progress) {
        this.pipeline = pipeline;
        this.progress = progress;
    }

    @Override
    public void handleBatch(
            List<RecordChangeEvent<SourceRecord>> events,
            DebeziumEngine.RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
            throws InterruptedException {
        progress.onBusy(true);
        try {
            handle(events);
            mark(committer);
            committer.markBatchFinished();
        } finally {
            progress.onBusy(false);
        }
    }

    private void handle(List<RecordChangeEvent<SourceRecord>> events) throws InterruptedException {
        try {
            long tickedNs = System.nanoTime();
            for (RecordChangeEvent<SourceRecord> event : events) {
                if (cancelled) {
                    throw new InterruptedException("the stream is being closed");
                }
                handle(event);
                if (System.nanoTime() - tickedNs >= TICK_NS) {
                    pipeline.tick();
                    tickedNs = System.nanoTime();
                }
            }
            pipeline.tick();
        } catch (SQLException failed) {
            throw new SourceException("Postgres failed while forwarding: " + failed.getMessage(), failed);
        }
    }

    private void handle(RecordChangeEvent<SourceRecord> event) throws SQLException, InterruptedException {
        SourceRecord change = event.record();
        String topic = change.topic();
        if (topic.equals(EngineSettings.ROWS_TOPIC)) {
            progress.onEvent();
            pipeline.offer(decoder.decode(change));
        } else if (topic.equals(EngineSettings.OUTCOMES_TOPIC)) {
            progress.onEvent();
            pipeline.offer(ChangeDecoder.decodeOutcome(change));
        } else if (topic.equals(EngineSettings.HEARTBEAT_TOPIC)) {
            if (isBetweenTransactions(change.sourceOffset())) {
                progress.onSeen(position(event));
                await(event);
            }
        } else {
            throw new SourceException("Debezium sent an event that is no row of the log: " + topic, null);
        }
    }

    /** The last message before it was a COMMIT, and its position is known. */
    static boolean isBetweenTransactions(Map<String, ?> offset) {
        return "COMMIT".equals(offset.get("messageType")) && offset.get(COMMIT_POSITION) != null;
    }

    private static long position(RecordChangeEvent<SourceRecord> heartbeat) {
        return heartbeat.record().sourceOffset().get(COMMIT_POSITION) instanceof Long position ? position : 0;
    }

    private void await(RecordChangeEvent<SourceRecord> heartbeat) {
        if (waiting.size() >= MAX_WAITING) {
            waiting.removeLast();
        }
        waiting.addLast(new Boundary(pipeline.sent(), heartbeat));
    }

    private void mark(DebeziumEngine.RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
            throws InterruptedException {
        Boundary reached = reached();
        if (reached != null) {
            progress.onMarked(position(reached.heartbeat()));
            committer.markProcessed(reached.heartbeat());
        }
    }

    private @Nullable Boundary reached() {
        long saved = pipeline.saved();
        Boundary reached = null;
        for (Boundary next = waiting.peekFirst(); next != null && next.sent() <= saved; next = waiting.peekFirst()) {
            reached = waiting.removeFirst();
        }
        return reached;
    }

    /** Lets the batch at hand end soon. */
    void cancel() {
        cancelled = true;
    }
}
