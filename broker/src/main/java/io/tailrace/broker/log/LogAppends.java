package io.tailrace.broker.log;

import io.tailrace.broker.sql.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.utils.Time;

/**
 * The way into the log. Thread-safe.
 *
 * <p>Owns: the appenders. A partition always has the same one, so its batches are written in the order in which they came.
 */
public final class LogAppends implements AutoCloseable {

    /**
     * How appends are written.
     *
     * @param appenders how many threads and connections
     * @param groupBytes the rows that one Postgres transaction takes, and one batch more
     * @param maxUncompressedBatchBytes what a batch may grow to without its compression
     * @param timeout after which a waiting batch is refused
     * @param producerIdExpiration after which a silent producer is forgotten
     */
    public record Settings(
            int appenders,
            int groupBytes,
            int maxUncompressedBatchBytes,
            Duration timeout,
            Duration producerIdExpiration) {}

    private final List<Appender> appenders = new ArrayList<>();
    private final long timeoutNs;
    private final Time time;

    /**
     * Starts the appenders.
     *
     * @param epochs what the transaction coordinator says of producers
     */
    public LogAppends(
            Database database, Settings settings, int leaseEpoch, ProducerEpochs epochs, AppendFence fence, Time time) {
        this.timeoutNs = settings.timeout().toNanos();
        this.time = time;
        for (int i = 0; i < settings.appenders(); i++) {
            String name = "tailrace-append-" + i;
            appenders.add(new Appender(
                    name, new AppendConnection(database, name), leaseEpoch, settings, epochs, fence, time));
        }
    }

    /** Has the observer told of every transaction from now on. */
    public void observe(AppendObserver observer) {
        appenders.forEach(appender -> appender.observe(observer));
    }

    /**
     * Appends the one batch of a produce request's partition. Its records must stay as they are until the answer.
     *
     * @param produceVersion the version of the produce request
     * @param inTransaction true if the request names a transactional id
     * @return completes after the commit, on the appender's thread; exceptionally with Kafka's exception for the error,
     *     or with a {@link org.apache.kafka.storage.internals.log.RecordValidationException}
     */
    public CompletableFuture<AppendResult> append(
            Partition partition, MemoryRecords records, short produceVersion, boolean inTransaction) {
        return append(partition, records, produceVersion, inTransaction, AppendStep.NONE);
    }

    /** Appends records of no transaction, and commits the step in the same Postgres transaction. */
    public CompletableFuture<AppendResult> append(
            Partition partition, MemoryRecords records, short produceVersion, AppendStep step) {
        return append(partition, records, produceVersion, false, step);
    }

    private CompletableFuture<AppendResult> append(
            Partition partition, MemoryRecords records, short produceVersion, boolean inTransaction, AppendStep step) {
        IncomingBatch batch;
        try {
            batch = IncomingBatch.of(records, produceVersion, partition.topic().settings());
            if (batch.header().isTransactional() && !inTransaction) {
                throw new TransactionalIdAuthorizationException(
                        "The records are transactional, and the request names no transactional id");
            }
        } catch (ApiException e) {
            return CompletableFuture.failedFuture(e);
        }
        PendingAppend append =
                new PendingAppend(partition, batch, step, time.nanoseconds() + timeoutNs, new CompletableFuture<>());
        appenderOf(partition.id()).enqueue(append);
        return append.answer();
    }

    private Appender appenderOf(PartitionId id) {
        return appenders.get(Math.floorMod(31 * id.topicId() + id.partition(), appenders.size()));
    }

    @Override
    public void close() {
        appenders.forEach(Appender::close);
    }
}
