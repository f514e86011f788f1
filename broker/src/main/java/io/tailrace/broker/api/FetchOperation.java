package io.tailrace.broker.api;

import io.tailrace.broker.log.AppendWaiter;
import io.tailrace.broker.log.Partition;
import io.tailrace.broker.sql.SqlErrors;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One fetch request on its way: answered at once if there is enough to read, else when enough was appended or its time is
 * up. While it waits it costs a timer and an entry with each of its partitions, and no query.
 *
 * <p>Thread-safe: appenders, the timer and the connection may all end the wait, and the first does.
 */
final class FetchOperation implements AppendWaiter {

    private static final Logger LOGGER = LoggerFactory.getLogger(FetchOperation.class);

    /** The targets of one topic, in the order of the request. */
    record TopicTargets(FetchableTopicResponse header, List<FetchTarget> targets) {}

    /** Reads records; blocks. See {@link io.tailrace.broker.log.LogReader#read}. */
    @FunctionalInterface
    interface RecordSource {
        MemoryRecords read(Partition partition, long startOffset, int maxBytes) throws SQLException;
    }

    /** The request's limits, in bytes and milliseconds. */
    record Limits(int minBytes, int maxBytes, int maxWaitMs) {}

    private final List<TopicTargets> topics;
    private final Limits limits;
    private final RecordSource source;
    private final Executor executor;
    private final ScheduledExecutorService timer;
    private final CompletableFuture<FetchResponse> answer = new CompletableFuture<>();
    private final AtomicBoolean waitOver = new AtomicBoolean();
    private final AtomicLong missingBytes = new AtomicLong();
    private volatile @Nullable ScheduledFuture<?> timeout;

    FetchOperation(
            List<TopicTargets> topics,
            Limits limits,
            RecordSource source,
            Executor executor,
            ScheduledExecutorService timer) {
        this.topics = topics;
        this.limits = limits;
        this.source = source;
        this.executor = executor;
        this.timer = timer;
    }

    CompletableFuture<FetchResponse> answer() {
        return answer;
    }

    /** Begins; on the event loop. */
    void start() {
        long seen = readableOffsets();
        boolean anyRecords = anyTarget(FetchTarget::hasRecords);
        if (anyRecords || limits.maxWaitMs() <= 0 || limits.minBytes() <= 0 || anyTarget(FetchOperation::isBroken)) {
            executor.execute(this::readFirst);
        } else {
            await(limits.minBytes(), seen);
        }
    }

    private static boolean isBroken(FetchTarget target) {
        return target.error() != Errors.NONE;
    }

    private boolean anyTarget(Predicate<FetchTarget> condition) {
        return topics.stream().anyMatch(topic -> topic.targets().stream().anyMatch(condition));
    }

    private void readFirst() {
        try {
            long seen = readableOffsets();
            ReadResult result = read();
            if (result.complete() || limits.maxWaitMs() <= 0 || result.bytes() >= limits.minBytes()) {
                answer.complete(result.response());
            } else {
                await(limits.minBytes() - result.bytes(), seen);
            }
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
    }

    /**
     * Waits for so many bytes more.
     *
     * @param seen the sum of the high watermarks when it was found that there are too few
     */
    private void await(int bytes, long seen) {
        missingBytes.set(bytes);
        topics.forEach(topic ->
                topic.targets().forEach(target -> target.found().ifPresent(partition -> partition.addWaiter(this))));
        timeout = timer.schedule(this::endWait, limits.maxWaitMs(), TimeUnit.MILLISECONDS);
        // What was appended or deleted between that look and the registration has told nobody.
        if (readableOffsets() != seen || anyTarget(FetchOperation::isBroken)) {
            endWait();
        }
        if (waitOver.get()) {
            deregister();
        }
    }

    private long readableOffsets() {
        long sum = 0;
        for (TopicTargets topic : topics) {
            for (FetchTarget target : topic.targets()) {
                sum += target.partition() == null ? 0 : target.partition().highWatermark();
            }
        }
        return sum;
    }

    @Override
    public void onAppended(int bytes) {
        if (bytes == 0 || missingBytes.addAndGet(-bytes) <= 0) {
            endWait();
        }
    }

    @Override
    public void onDeleted() {
        endWait();
    }

    private void endWait() {
        if (waitOver.compareAndSet(false, true)) {
            deregister();
            executor.execute(this::readLast);
        }
    }

    /** Nobody waits for the answer any more. */
    void cancel() {
        waitOver.set(true);
        deregister();
        answer.cancel(false);
    }

    private void deregister() {
        ScheduledFuture<?> scheduled = timeout;
        if (scheduled != null) {
            scheduled.cancel(false);
        }
        topics.forEach(topic ->
                topic.targets().forEach(target -> target.found().ifPresent(partition -> partition.removeWaiter(this))));
    }

    private void readLast() {
        try {
            answer.complete(read().response());
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
    }

    /** What was read; complete if an error makes waiting for more pointless. */
    private record ReadResult(FetchResponse response, int bytes, boolean complete) {}

    private ReadResult read() {
        FetchResponseData data = new FetchResponseData();
        int bytes = 0;
        boolean complete = false;
        for (TopicTargets topic : topics) {
            FetchableTopicResponse topicResponse = topic.header().duplicate();
            data.responses().add(topicResponse);
            for (FetchTarget target : topic.targets()) {
                PartitionData partition = read(target, bytes);
                topicResponse.partitions().add(partition);
                bytes += FetchResponse.recordsSize(partition);
                complete |= partition.errorCode() != Errors.NONE.code();
            }
        }
        return new ReadResult(FetchResponse.of(data), bytes, complete);
    }

    private PartitionData read(FetchTarget target, int bytesBefore) {
        Errors error = target.error();
        if (error != Errors.NONE || target.partition() == null) {
            return target.failed(error);
        }
        int room = Math.min(target.wanted().partitionMaxBytes(), limits.maxBytes() - bytesBefore);
        // Of a response that holds something already, a record may be left out; the first record never.
        if (!target.hasRecords() || (room <= 0 && bytesBefore > 0)) {
            return target.answer(MemoryRecords.EMPTY);
        }
        try {
            MemoryRecords records =
                    source.read(target.partition(), target.wanted().fetchOffset(), Math.max(0, room));
            boolean fits = records.sizeInBytes() <= room || bytesBefore == 0;
            return target.answer(fits ? records : MemoryRecords.EMPTY);
        } catch (SQLException e) {
            return target.failed(errorOf(e));
        }
    }

    private static Errors errorOf(SQLException e) {
        if (SqlErrors.isPassing(e)) {
            return Errors.KAFKA_STORAGE_ERROR;
        }
        LOGGER.atError().setCause(e).log("reading the log failed");
        return Errors.UNKNOWN_SERVER_ERROR;
    }
}
