package io.tailrace.broker.api.log;

import io.tailrace.broker.log.AppendWaiter;
import io.tailrace.broker.log.Partition;
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
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchResponse;
import org.jspecify.annotations.Nullable;

/**
 * One fetch request on its way: answered at once if there is enough to read, else when enough was appended or its time is
 * up. While it waits it costs a timer and an entry with each of its partitions, and no query.
 *
 * <p>What it has read counts against the memory for responses; whoever made it says when that is over.
 *
 * <p>Thread-safe: appenders, the timer and the connection may all end the wait, and the first does.
 */
final class FetchOperation implements AppendWaiter {

    /** More than anybody waits for. */
    private static final long UNKNOWN_BYTES = 1L << 40;

    /** The targets of one topic, in the order of the request. */
    record TopicTargets(FetchableTopicResponse header, List<FetchTarget> targets) {}

    /** Reads records; blocks. See {@link io.tailrace.broker.log.LogReader#read}. */
    @FunctionalInterface
    interface RecordSource {
        MemoryRecords read(Partition partition, long startOffset, long endOffsetExc, int maxBytes) throws SQLException;
    }

    /** The request's limits, in bytes and milliseconds. */
    record Limits(int minBytes, int maxBytes, int maxWaitMs) {

        Limits {
            // More than fits would never come.
            minBytes = Math.min(minBytes, maxBytes);
        }

        /** The same with no more bytes than these. */
        Limits within(int bytes) {
            return new Limits(minBytes, Math.min(maxBytes, bytes), maxWaitMs);
        }
    }

    private final List<TopicTargets> topics;
    private final Limits limits;
    private final RecordSource source;
    private final Executor executor;
    private final ScheduledExecutorService timer;
    private final ResponseMemory.Hold memory;
    private final boolean committedOnly;
    private final CompletableFuture<FetchResponse> answer = new CompletableFuture<>();
    private final AtomicBoolean waitOver = new AtomicBoolean();
    private final AtomicLong appendedBytes = new AtomicLong();
    private volatile long neededBytes = Long.MAX_VALUE;
    private volatile @Nullable ScheduledFuture<?> timeout;

    FetchOperation(
            List<TopicTargets> topics,
            Limits limits,
            RecordSource source,
            Executor executor,
            ScheduledExecutorService timer,
            ResponseMemory.Hold memory) {
        this.topics = topics;
        this.committedOnly = topics.stream()
                .flatMap(topic -> topic.targets().stream())
                .anyMatch(target -> target.isolation() == IsolationLevel.READ_COMMITTED);
        this.limits = limits;
        this.source = source;
        this.executor = executor;
        this.timer = timer;
        this.memory = memory;
    }

    CompletableFuture<FetchResponse> answer() {
        return answer;
    }

    /** Begins; on the event loop. */
    void start() {
        if (limits.maxWaitMs() <= 0 || limits.minBytes() <= 0) {
            executor.execute(this::readLast);
            return;
        }
        // Before anything is looked at: what is appended from here on is counted.
        topics.forEach(topic ->
                topic.targets().forEach(target -> target.found().ifPresent(partition -> partition.addWaiter(this))));
        if (anyTarget(FetchTarget::hasRecords) || anyTarget(FetchOperation::isBroken)) {
            executor.execute(this::readFirst);
        } else {
            await(limits.minBytes());
        }
    }

    private static boolean isBroken(FetchTarget target) {
        return target.error() != Errors.NONE;
    }

    private boolean anyTarget(Predicate<FetchTarget> condition) {
        return topics.stream().anyMatch(topic -> topic.targets().stream().anyMatch(condition));
    }

    private void readFirst() {
        if (answer.isDone()) {
            return;
        }
        try {
            Limits allowed = limits.within(memory.ask(limits.maxBytes()));
            FetchPass pass = FetchPass.over(topics, allowed, source);
            if (pass.hasFailed() || pass.readableBytes() >= allowed.minBytes()) {
                memory.keep(pass.bytes());
                complete(pass.response());
            } else {
                memory.keep(0);
                await(allowed.minBytes() - pass.readableBytes());
            }
        } catch (RuntimeException | Error e) {
            answer.completeExceptionally(e);
            cancel();
        }
    }

    private void complete(FetchResponse response) {
        answer.complete(response);
        cancel();
    }

    /** Waits until so many bytes have been appended since the start. */
    private void await(long bytes) {
        timeout = timer.schedule(this::endWait, limits.maxWaitMs(), TimeUnit.MILLISECONDS);
        neededBytes = bytes;
        if (appendedBytes.get() >= bytes || anyTarget(FetchOperation::isBroken)) {
            endWait();
        }
        if (waitOver.get()) {
            deregister();
        }
    }

    @Override
    public void onAppended(int bytes, boolean stable) {
        if (stable || !committedOnly) {
            count(bytes);
        }
    }

    @Override
    public void onStable() {
        if (committedOnly) {
            count(0);
        }
    }

    private void count(int bytes) {
        if (appendedBytes.addAndGet(bytes == 0 ? UNKNOWN_BYTES : bytes) >= neededBytes) {
            endWait();
        }
    }

    @Override
    public void onLogStartMoved() {
        if (anyTarget(FetchOperation::isBroken)) {
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
        if (answer.isDone()) {
            return;
        }
        try {
            FetchPass pass = FetchPass.over(topics, limits.within(memory.ask(limits.maxBytes())), source);
            memory.keep(pass.bytes());
            answer.complete(pass.response());
        } catch (RuntimeException | Error e) {
            answer.completeExceptionally(e);
        }
    }
}
