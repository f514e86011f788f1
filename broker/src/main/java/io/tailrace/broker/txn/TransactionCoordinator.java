package io.tailrace.broker.txn;

import io.tailrace.broker.log.Partition;
import io.tailrace.broker.log.PartitionId;
import io.tailrace.broker.log.PartitionTable;
import io.tailrace.broker.log.ProducerEpochs;
import io.tailrace.broker.sql.Database;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.ConcurrentTransactionsException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidTxnTimeoutException;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Kafka's transaction coordinator is to producers. Everything that is answered is in Postgres; a restart goes on where the
 * tables stand.
 *
 * <p>Thread-safe. The futures complete on the executor, with Kafka's exception for each error.
 */
public final class TransactionCoordinator implements ProducerEpochs {

    /**
     * What bounds transactions.
     *
     * @param maxTimeout the longest that a producer may ask for
     * @param idExpiration after which an unused transactional id is forgotten
     */
    public record Settings(Duration maxTimeout, Duration idExpiration) {}

    private static final Logger LOGGER = LoggerFactory.getLogger(TransactionCoordinator.class);

    /** What fits into an entry of an index, with room to spare. */
    private static final int MAX_ID_BYTES = 2000;

    private final TransactionTable table;
    private final TransactionWrites writes;
    private final TransactionMarkers markers;
    private final Supplier<CompletableFuture<Long>> producerIds;
    private final TransactionEndings endings;
    private final Settings settings;
    private final Time time;

    /**
     * @param producerIds gives out a new one at each call, on other threads than the executor's
     * @param executor runs SQL
     */
    public TransactionCoordinator(
            Database database,
            int leaseEpoch,
            PartitionTable partitions,
            Supplier<CompletableFuture<Long>> producerIds,
            GroupOutcomes groups,
            Settings settings,
            Executor executor,
            Time time) {
        this.table = new TransactionTable(executor);
        this.writes = new TransactionWrites(
                database, new TransactionStore(leaseEpoch), new MarkerStore(leaseEpoch), partitions);
        this.markers = new TransactionMarkers(table, writes, executor);
        this.producerIds = producerIds;
        this.endings = new TransactionEndings(table, writes, producerIds, groups, time);
        this.settings = settings;
        this.time = time;
    }

    /** Reads all transactional ids, on the caller's thread, once, when the partitions are there and before any request. */
    public void load() throws SQLException {
        writes.takeOver(table);
    }

    /** How many transactions are open. */
    public long openTransactions() {
        return open().count();
    }

    /** How long the oldest open transaction has been so; zero where there is none. */
    public Duration oldestOpen() {
        long nowMs = time.milliseconds();
        return Duration.ofMillis(open().mapToLong(transaction -> Math.max(0, nowMs - transaction.startedMs()))
                .max()
                .orElse(0));
    }

    private Stream<Transaction> open() {
        return table.all().stream()
                .flatMap(producer -> Stream.ofNullable(producer.transaction()))
                .filter(transaction -> transaction.state() == TransactionState.ONGOING);
    }

    @Override
    public short currentEpoch(long producerId) {
        return table.currentEpoch(producerId);
    }

    /** Outcomes that are decided by others. */
    public TransactionMarkers markers() {
        return markers;
    }

    /**
     * InitProducerId: a producer begins under a transactional id, which fences its predecessor and aborts what that left open.
     *
     * @param expected what the producer has been until now, where it says so (KIP-360)
     */
    public CompletableFuture<ProducerIdentity> initProducerId(
            String transactionalId, int timeoutMs, Optional<ProducerIdentity> expected) {
        if (timeoutMs <= 0 || timeoutMs > settings.maxTimeout().toMillis()) {
            return CompletableFuture.failedFuture(new InvalidTxnTimeoutException("The transaction timeout of "
                    + timeoutMs + " ms is not between 1 and transactions.max_timeout ("
                    + settings.maxTimeout().toMillis() + " ms)"));
        }
        if (transactionalId.indexOf('\0') >= 0
                || transactionalId.getBytes(StandardCharsets.UTF_8).length > MAX_ID_BYTES) {
            return CompletableFuture.failedFuture(new InvalidRequestException(
                    "A transactional id has at most " + MAX_ID_BYTES + " bytes, none of them zero"));
        }
        TransactionalProducer producer = table.findOrAdd(transactionalId);
        return producer.tasks().submit(() -> init(producer, timeoutMs, expected));
    }

    private ProducerIdentity init(TransactionalProducer producer, int timeoutMs, Optional<ProducerIdentity> expected) {
        if (producer.isRemoved()) {
            throw new ConcurrentTransactionsException("The transactional id expires at this moment");
        }
        writes.refresh(producer);
        Transaction known = producer.transaction();
        Transaction next = known == null
                ? create(producer, timeoutMs)
                : reinitialize(producer, withoutOpen(producer, known, expected), timeoutMs, expected);
        table.index(producer, next);
        return next.identity();
    }

    private Transaction create(TransactionalProducer producer, int timeoutMs) {
        Transaction created = Transaction.initial(
                producer.transactionalId(), producerIds.get().join(), timeoutMs, time.milliseconds());
        writes.create(producer, created);
        return created;
    }

    /** The transactional id without an open transaction: the one there is, is aborted. */
    private Transaction withoutOpen(
            TransactionalProducer producer, Transaction known, Optional<ProducerIdentity> expected) {
        if (known.state() != TransactionState.ONGOING) {
            return known;
        }
        known.checkExpected(expected);
        Transaction aborted = endings.abort(producer, known);
        if (aborted.state().isPrepared()) {
            inBackground(endings.completeGroups(producer, aborted));
        }
        return aborted;
    }

    private Transaction reinitialize(
            TransactionalProducer producer, Transaction known, int timeoutMs, Optional<ProducerIdentity> expected) {
        Transaction next =
                known.reinitialized(timeoutMs, expected, () -> producerIds.get().join(), time.milliseconds());
        writes.change(producer, known, next);
        return next;
    }

    /** AddPartitionsToTxn. */
    public CompletableFuture<Void> addPartitions(
            String transactionalId, ProducerIdentity identity, Collection<Partition> added) {
        return withProducer(transactionalId, producer -> producer.tasks().<Void>submit(() -> {
            addPartitions(producer, identity, added);
            return null;
        }));
    }

    private void addPartitions(TransactionalProducer producer, ProducerIdentity identity, Collection<Partition> added) {
        Transaction known = writes.current(producer);
        known.checkProducer(identity);
        Map<PartitionId, Partition> missing = new LinkedHashMap<>();
        added.stream()
                .filter(partition -> !producer.hasAll(List.of(partition.id())))
                .forEach(partition -> missing.put(partition.id(), partition));
        if (!missing.isEmpty()) {
            writes.addPartitions(producer, known, known.begun(time.milliseconds()), new ArrayList<>(missing.values()));
        }
    }

    private <T> CompletableFuture<T> withProducer(
            String transactionalId, Function<TransactionalProducer, CompletableFuture<T>> action) {
        TransactionalProducer producer = table.find(transactionalId);
        return producer == null
                ? CompletableFuture.failedFuture(TransactionWrites.unknown(transactionalId))
                : action.apply(producer);
    }

    /**
     * Adds the partitions if need be, then does what needs them, in the order of the calls (KIP-890: producing is enough to add a
     * partition).
     *
     * @param then begins the work and returns at once
     */
    public <T> CompletableFuture<T> withPartitions(
            String transactionalId,
            ProducerIdentity identity,
            Collection<Partition> needed,
            Supplier<CompletableFuture<T>> then) {
        return withProducer(transactionalId, producer -> {
            List<PartitionId> ids = needed.stream().map(Partition::id).toList();
            Transaction known = producer.transaction();
            boolean ready = known != null
                    && known.state() == TransactionState.ONGOING
                    && known.identity().equals(identity)
                    && producer.hasAll(ids);
            if (ready && producer.tasks().isIdle()) {
                return then.get();
            }
            return producer.tasks().begin(() -> {
                addPartitions(producer, identity, needed);
                return then.get();
            });
        });
    }

    /**
     * Requires that the transaction may take records of these partitions.
     *
     * @return those that are not part of it
     */
    public List<Partition> missingPartitions(
            String transactionalId, ProducerIdentity identity, Collection<Partition> wanted) {
        TransactionalProducer producer = table.find(transactionalId);
        Transaction known = producer == null ? null : producer.transaction();
        if (producer == null || known == null) {
            throw TransactionWrites.unknown(transactionalId);
        }
        known.checkProducer(identity);
        return wanted.stream()
                .filter(partition -> !producer.hasAll(List.of(partition.id())))
                .toList();
    }

    /** AddOffsetsToTxn, and TxnOffsetCommit from version 5 on. */
    public CompletableFuture<Void> addGroup(String transactionalId, ProducerIdentity identity, String groupId) {
        return withProducer(transactionalId, producer -> producer.tasks().<Void>submit(() -> {
            Transaction known = writes.current(producer);
            known.checkProducer(identity);
            if (known.state() != TransactionState.ONGOING || !producer.groups().containsKey(groupId)) {
                writes.addGroup(producer, known, known.begun(time.milliseconds()), groupId);
            }
            return null;
        }));
    }

    /**
     * EndTxn.
     *
     * @param newEpoch true from version 5 on, where each outcome raises the epoch (KIP-890)
     * @return the identity that the producer goes on with
     */
    public CompletableFuture<ProducerIdentity> end(
            String transactionalId, ProducerIdentity identity, boolean commit, boolean newEpoch) {
        return withProducer(transactionalId, producer -> producer.tasks()
                .submit(() -> endings.end(producer, identity, commit, newEpoch))
                .thenCompose(ended -> ended.state().isPrepared()
                        ? endings.completeGroups(producer, ended)
                        : CompletableFuture.completedFuture(ended))
                .thenApply(Transaction::identity));
    }

    /** One round of what happens without a request; returns at once. */
    void keepUp() {
        long nowMs = time.milliseconds();
        for (TransactionalProducer producer : table.all()) {
            Transaction known = producer.transaction();
            boolean due = producer.isUncertain()
                    || (known != null
                            && (known.isTimedOut(nowMs) || known.state().isPrepared()));
            if (due && producer.tasks().isIdle()) {
                inBackground(producer.tasks().submit(() -> keepUp(producer)));
            }
        }
    }

    private boolean keepUp(TransactionalProducer producer) {
        writes.refresh(producer);
        Transaction known = producer.transaction();
        if (known != null && known.isTimedOut(time.milliseconds())) {
            LOGGER.atInfo()
                    .addKeyValue("transactionalId", producer.transactionalId())
                    .addKeyValue("timeoutMs", known.timeoutMs())
                    .log("a transaction took longer than its timeout and is aborted");
            known = endings.abort(producer, known);
        }
        if (known != null && known.state().isPrepared()) {
            inBackground(endings.completeGroups(producer, known));
        }
        return true;
    }

    /** Forgets transactional ids that nobody uses; returns at once. */
    void expire() {
        long nowMs = time.milliseconds();
        for (TransactionalProducer producer : table.all()) {
            if (isExpired(producer.transaction(), nowMs)) {
                inBackground(producer.tasks().submit(() -> expire(producer)));
            }
        }
    }

    private boolean isExpired(@Nullable Transaction transaction, long nowMs) {
        return transaction != null
                && transaction.isExpired(nowMs, settings.idExpiration().toMillis());
    }

    private boolean expire(TransactionalProducer producer) {
        writes.refresh(producer);
        Transaction known = producer.transaction();
        if (known == null || !isExpired(known, time.milliseconds())) {
            return false;
        }
        writes.delete(producer, known);
        table.remove(producer);
        return true;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // What fails is done in the next round.
    private static void inBackground(CompletableFuture<?> work) {
        work.whenComplete((result, thrown) -> {
            if (thrown != null) {
                LOGGER.atDebug().setCause(thrown).log("a transaction has to wait for the next round");
            }
        });
    }

    /** A transactional id as it is now. */
    public Optional<TransactionDescription> describe(String transactionalId) {
        return Optional.ofNullable(table.find(transactionalId)).flatMap(TransactionDescription::of);
    }

    /** All transactional ids as they are now. */
    public List<TransactionDescription> descriptions() {
        return table.descriptions();
    }
}
