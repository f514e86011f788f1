package io.tailrace.broker.log;

import io.tailrace.broker.log.recent.RecentBatches;
import io.tailrace.broker.log.recent.RecentMemory;
import io.tailrace.broker.topic.Topic;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.kafka.common.IsolationLevel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What memory knows of one partition.
 *
 * <p>Any thread may read the offsets and wait for more, and any thread may move the start of the log forward; the end
 * changes on the thread of the partition's appender, which alone touches the producers and the flag that says whether
 * memory and database agree. Only where the log was filled while nothing was appended here ({@link #onFilled}), or where Postgres
 * has lost what it had committed ({@link #onLost}), another thread moves the end.
 */
public final class Partition {

    private static final Logger LOGGER = LoggerFactory.getLogger(Partition.class);
    private static final long EXPIRY_INTERVAL_MS = 600_000;

    private final PartitionId id;
    private final Set<AppendWaiter> waiters = ConcurrentHashMap.newKeySet();
    private final ConcurrentMap<Long, OpenTransaction> transactions = new ConcurrentHashMap<>();
    private final RecentBatches recent;

    private volatile Topic topic;
    private volatile long highWatermark;
    private volatile long logStartOffset;
    private volatile boolean deleted;
    private volatile boolean producersChanged;
    private volatile int averageRowBytes;

    // Confined to the appender's thread.
    private final Map<Long, ProducerWindow> producers = new HashMap<>();
    private boolean loaded;
    private long nextExpiryMs;

    Partition(Topic topic, int partition, long highWatermark, long logStartOffset, RecentMemory recentMemory) {
        this.topic = topic;
        this.recent = new RecentBatches(recentMemory);
        this.id = new PartitionId(topic.id(), partition);
        this.highWatermark = highWatermark;
        this.logStartOffset = logStartOffset;
    }

    /** Its topic, with the settings as they are now. */
    public Topic topic() {
        return topic;
    }

    public PartitionId id() {
        return id;
    }

    /** The offset after the last committed record: what the next record gets. */
    public long highWatermark() {
        return highWatermark;
    }

    /** The offset up to which every record is committed: that of the first record of the oldest open transaction, if any. */
    public long lastStableOffset() {
        // The high watermark first: what is appended after it was read cannot be below it.
        long stable = highWatermark;
        for (OpenTransaction transaction : transactions.values()) {
            stable = Math.min(stable, transaction.firstOffset());
        }
        return stable;
    }

    /** How many offsets readers of committed records cannot see yet, for a transaction is open. */
    public long unstableOffsets() {
        // The last stable offset first, or what is appended in between would make it look unstable.
        long stable = lastStableOffset();
        return Math.max(0, transactions.isEmpty() ? 0 : highWatermark - stable);
    }

    /** Where a reader's records end. */
    public long endOffset(IsolationLevel isolation) {
        return isolation == IsolationLevel.READ_COMMITTED ? lastStableOffset() : highWatermark;
    }

    /**
     * A producer's transaction takes records here from now on.
     *
     * @param registration the number of its row in {@code kafka.transaction_partitions}
     */
    public OpenTransaction beginTransaction(long producerId, short producerEpoch, long registration) {
        return addTransaction(new OpenTransaction(producerId, producerEpoch, registration, OpenTransaction.NO_RECORDS));
    }

    /** A transaction that was open when the broker started. */
    public OpenTransaction resumeTransaction(
            long producerId, short producerEpoch, long registration, long firstOffset) {
        return addTransaction(new OpenTransaction(producerId, producerEpoch, registration, firstOffset));
    }

    private OpenTransaction addTransaction(OpenTransaction transaction) {
        transactions.put(transaction.producerId(), transaction);
        return transaction;
    }

    /**
     * The transaction is committed or aborted, in the database too.
     *
     * @param committed false also where that is not known
     */
    public void endTransaction(OpenTransaction transaction, boolean committed) {
        long stableBefore = lastStableOffset();
        if (!committed) {
            withdraw(transaction);
        }
        transactions.remove(transaction.producerId(), transaction);
        wakeIfMoreIsStable(stableBefore);
    }

    private void wakeIfMoreIsStable(long stableBefore) {
        if (lastStableOffset() > stableBefore) {
            waiters.forEach(AppendWaiter::onStable);
        }
    }

    /** Before it passes for stable: what it has written is no part of the log, and an append under way must know. */
    private void withdraw(OpenTransaction transaction) {
        synchronized (recent) {
            transaction.withdraw();
            recent.clear();
        }
    }

    /** What the transaction has written here so far is committed or aborted; it goes on. */
    public OpenTransaction restartTransaction(OpenTransaction transaction, long registration) {
        long stableBefore = lastStableOffset();
        withdraw(transaction);
        OpenTransaction next = beginTransaction(transaction.producerId(), transaction.producerEpoch(), registration);
        wakeIfMoreIsStable(stableBefore);
        return next;
    }

    /** The open transaction of a producer. */
    public @Nullable OpenTransaction transaction(long producerId) {
        return transactions.get(producerId);
    }

    /** The open transactions by their registrations. */
    Map<Long, OpenTransaction> transactionsByRegistration() {
        Map<Long, OpenTransaction> found = new HashMap<>();
        transactions.values().forEach(transaction -> found.put(transaction.registration(), transaction));
        return found;
    }

    /** The first offset that may be read. */
    public long logStartOffset() {
        return logStartOffset;
    }

    public boolean isDeleted() {
        return deleted;
    }

    /** Its newest batches. */
    RecentBatches recent() {
        return recent;
    }

    /** How many bytes a row took when the log was last read; 0 before. */
    int averageRowBytes() {
        return averageRowBytes;
    }

    void onRead(int rowBytes) {
        averageRowBytes = rowBytes;
    }

    /** Has the waiter told of every append from now on, until it is removed. */
    public void addWaiter(AppendWaiter waiter) {
        waiters.add(waiter);
    }

    public void removeWaiter(AppendWaiter waiter) {
        waiters.remove(waiter);
    }

    void onTopicChanged(Topic changed) {
        topic = changed;
    }

    void onDeleted() {
        deleted = true;
        recent.clear();
        waiters.forEach(AppendWaiter::onDeleted);
    }

    /** The database has other producers than memory, for a reason other than an append: read again before the next one. */
    public void onProducersChanged() {
        producersChanged = true;
    }

    boolean isLoaded() {
        return loaded && !producersChanged;
    }

    /** Before the database is read: what changes from here on is for the next time. */
    void onLoading() {
        loaded = false;
        producersChanged = false;
    }

    Map<Long, ProducerWindow> producers() {
        return producers;
    }

    /** The database has moved the start of the log; on any thread. It never goes back. */
    public void onLogStart(long startOffset) {
        synchronized (waiters) {
            if (startOffset <= logStartOffset) {
                return;
            }
            logStartOffset = startOffset;
        }
        waiters.forEach(AppendWaiter::onLogStartMoved);
    }

    /** Below this offset the database lacks records that it had, and may have others in their batches; on any thread. */
    public void onCompacted(long endExc) {
        recent.forgetBelow(endExc);
    }

    /**
     * Others have written to the log, while nothing was appended by this broker: so far it goes now. Who its producers are is
     * read again before the next append.
     */
    void onFilled(long nextOffset, long startOffset) {
        producersChanged = true;
        onLogStart(startOffset);
        advance(nextOffset, 0);
    }

    /** Takes what the database holds as the truth. */
    void onLoaded(long nextOffset, long startOffset, Map<Long, ProducerWindow> storedProducers) {
        producers.clear();
        producers.putAll(storedProducers);
        loaded = true;
        if (!goBack(highWatermark, nextOffset, startOffset)) {
            onLogStart(startOffset);
            advance(nextOffset, 0);
        }
    }

    /**
     * The database ends before what was known to be committed: a standby that was behind has taken over, or a backup was
     * restored. On any thread; an append that comes in between finds out by itself.
     *
     * @param known the high watermark before the database was asked
     */
    void onLost(long known, long nextOffset, long startOffset) {
        if (goBack(known, nextOffset, startOffset)) {
            producersChanged = true;
        }
    }

    /** @return false if the log does not end before the known end, or that is not the end any more */
    private boolean goBack(long known, long nextOffset, long startOffset) {
        synchronized (waiters) {
            if (highWatermark != known || nextOffset >= known) {
                return false;
            }
            highWatermark = nextOffset;
            logStartOffset = startOffset;
        }
        recent.clear();
        LOGGER.atError()
                .addKeyValue("partition", this)
                .addKeyValue("endOffset", nextOffset)
                .addKeyValue("endOffsetBefore", known)
                .log("Postgres has lost records that it had committed; their offsets are given out again");
        waiters.forEach(AppendWaiter::onLogStartMoved);
        return true;
    }

    /** Memory may be behind the database, for a commit whose outcome is not known: read again before the next append. */
    void onUncertain() {
        loaded = false;
        producers.clear();
        recent.discard();
    }

    /** Forgets producers that have been silent for so long; looks for them no more often than needed. */
    void expireProducers(long nowMs, long expirationMs) {
        if (nowMs >= nextExpiryMs) {
            nextExpiryMs = nowMs + Math.min(expirationMs, EXPIRY_INTERVAL_MS);
            producers.values().removeIf(window -> nowMs - window.newestTimestampMs() >= expirationMs);
        }
    }

    /**
     * A committed append: now it may be read.
     *
     * @param written the transactions that it is a part of
     */
    void onAppended(
            long nextOffset,
            int bytes,
            Map<Long, ProducerWindow> changedProducers,
            Collection<OpenTransaction> written) {
        producers.putAll(changedProducers);
        synchronized (recent) {
            if (written.stream().anyMatch(OpenTransaction::isWithdrawn)) {
                recent.discard();
            } else {
                recent.publish();
            }
        }
        advance(nextOffset, bytes);
    }

    private void advance(long nextOffset, int bytes) {
        synchronized (waiters) {
            if (nextOffset <= highWatermark) {
                return;
            }
            highWatermark = nextOffset;
        }
        boolean stable = lastStableOffset() == nextOffset;
        waiters.forEach(waiter -> waiter.onAppended(bytes, stable));
    }

    @Override
    public String toString() {
        return topic.name() + "-" + id.partition();
    }
}
