package io.tailrace.broker.api.log;

import io.tailrace.broker.log.AppendWaiter;
import io.tailrace.broker.log.RecordSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchResponse;
import org.jspecify.annotations.Nullable;

/**
 * One fetch request on its way: answered at once if there is enough to read, else when enough was appended or its time is
 * up. While it waits it costs a timer and an entry with each of its partitions, and no query.
 *
 * <p>What is in memory is read by the thread of the client's connection, so that it waits for no other and for no reader of
 * Postgres; the rest by threads that may block.
 *
 * <p>What it has read counts against the memory for responses; whoever made it says when that is over.
 *
 * <p>Thread-safe: appenders and the connection may end the wait, and the first does.
 */
final class FetchOperation implements AppendWaiter {

    /** More than anybody waits for. */
    private static final long UNKNOWN_BYTES = 1L << 40;

    /** Waits end together, so that a thread that wakes up answers many clients: at most so much, and so large a part, too late. */
    private static final long MAX_LATENESS_NS = 10_000_000;

    private static final int LATENESS_PART = 50;

    /** The targets of one topic, in the order of the request. */
    record TopicTargets(FetchableTopicResponse header, List<FetchTarget> targets) {}

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
    private final Executor blocking;
    private final ScheduledExecutorService connection;
    private final ResponseMemory.Hold memory;
    private final boolean committedOnly;
    private final CompletableFuture<FetchResponse> answer = new CompletableFuture<>();
    private final AtomicBoolean waitOver = new AtomicBoolean();
    private final AtomicLong appendedBytes = new AtomicLong();
    private volatile long neededBytes = Long.MAX_VALUE;
    private volatile @Nullable ScheduledFuture<?> timeout;

    /**
     * @param blocking has threads that may block
     * @param connection the thread of the client's connection, which must not
     */
    FetchOperation(
            List<TopicTargets> topics,
            Limits limits,
            RecordSource source,
            Executor blocking,
            ScheduledExecutorService connection,
            ResponseMemory.Hold memory) {
        this.topics = topics;
        this.committedOnly = topics.stream()
                .flatMap(topic -> topic.targets().stream())
                .anyMatch(target -> target.isolation() == IsolationLevel.READ_COMMITTED);
        this.limits = limits;
        this.source = source;
        this.blocking = blocking;
        this.connection = connection;
        this.memory = memory;
    }

    CompletableFuture<FetchResponse> answer() {
        return answer;
    }

    /** Begins; on the connection's thread. */
    void start() {
        if (limits.maxWaitMs() <= 0 || limits.minBytes() <= 0) {
            readLast();
            return;
        }
        // Before anything is looked at: what is appended from here on is counted.
        topics.forEach(topic ->
                topic.targets().forEach(target -> target.found().ifPresent(partition -> partition.addWaiter(this))));
        if (anyTarget(FetchTarget::hasRecords) || anyTarget(FetchOperation::isBroken)) {
            read(source::recent, this::answerOrWait);
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

    /** A pass that is cut off, since Postgres has to be asked, begins anew where it may block. */
    private void read(FetchPass.Reading reading, Consumer<FetchPass> then) {
        if (answer.isDone()) {
            return;
        }
        try {
            Limits allowed = limits.within(memory.ask(limits.maxBytes()));
            FetchPass pass = FetchPass.over(topics, allowed, reading);
            memory.keep(pass.bytes());
            if (pass.isCutOff()) {
                memory.keep(0);
                blocking.execute(() -> read(source::read, then));
            } else {
                then.accept(pass);
            }
        } catch (RuntimeException | Error e) {
            answer.completeExceptionally(e);
            cancel();
        }
    }

    private void answerOrWait(FetchPass pass) {
        if (pass.hasFailed() || pass.missingBytes() == 0) {
            answer.complete(pass.response());
            cancel();
        } else {
            memory.keep(0);
            await(pass.missingBytes());
        }
    }

    /** Waits until so many bytes have been appended since the start. */
    private void await(long bytes) {
        timeout = connection.schedule(this::onTimeUp, waitNs(System.nanoTime()), TimeUnit.NANOSECONDS);
        neededBytes = bytes;
        if (appendedBytes.get() >= bytes || anyTarget(FetchOperation::isBroken)) {
            endWait();
        }
        if (waitOver.get()) {
            deregister();
        }
    }

    private long waitNs(long nowNs) {
        long wholeNs = TimeUnit.MILLISECONDS.toNanos(limits.maxWaitMs());
        long stepNs = Math.min(MAX_LATENESS_NS, wholeNs / LATENESS_PART);
        return wholeNs + Math.floorMod(-(nowNs + wholeNs), stepNs);
    }

    /** On the connection's thread. */
    private void onTimeUp() {
        if (waitOver.compareAndSet(false, true)) {
            deregister();
            readLast();
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
            connection.execute(this::readLast);
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
        read(source::recent, pass -> answer.complete(pass.response()));
    }
}
