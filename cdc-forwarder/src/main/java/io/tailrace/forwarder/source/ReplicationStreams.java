package io.tailrace.forwarder.source;

import io.tailrace.config.ForwarderConfig;
import io.tailrace.forwarder.pipeline.Pipeline;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The streams of all engines: they begin together, and all are replaced when one has ended. Thread-safe. Owns: the streams.
 */
public final class ReplicationStreams implements AutoCloseable {
    private final CountDownLatch ended = new CountDownLatch(1);
    private final List<ReplicationStream> streams;

    private ReplicationStreams(ForwarderConfig config, List<Share> shares, Pipeline pipeline) {
        streams = shares.stream()
                .map(share -> new ReplicationStream(
                        config.postgres(), config.replication(), share, pipeline, ended::countDown))
                .toList();
    }

    /** Starts streaming from the confirmed positions of their slots. */
    public static ReplicationStreams start(ForwarderConfig config, List<Share> shares, Pipeline pipeline) {
        ReplicationStreams all = new ReplicationStreams(config, shares, pipeline);
        all.streams.forEach(ReplicationStream::start);
        return all;
    }

    /** How far each has come, in the order of the shares. */
    public List<StreamProgress> progress() {
        return streams.stream().map(ReplicationStream::progress).toList();
    }

    /** Whether one has ended within that time. */
    public boolean awaitEnd(Duration atMost) throws InterruptedException {
        return ended.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Why one has ended; null if none says so. */
    public @Nullable Throwable failure() {
        return streams.stream()
                .map(ReplicationStream::failure)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /** Ends them, and returns when nothing of them runs any more: all at once, since one may wait for another at the pipeline. */
    @Override
    public void close() {
        List<Thread> closers = streams.stream()
                .map(stream -> new Thread(stream::close, "tailrace-debezium-close"))
                .toList();
        closers.forEach(Thread::start);
        try {
            for (Thread closer : closers) {
                closer.join();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
