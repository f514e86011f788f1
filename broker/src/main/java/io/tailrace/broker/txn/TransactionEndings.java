package io.tailrace.broker.txn;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.ConcurrentTransactionsException;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.utils.Time;

/**
 * How transactions end: the outcome is decided and written, then the groups whose offsets are part of it are told, then it is
 * complete. A transaction without groups is complete with its outcome.
 *
 * <p>Thread-safe. {@link #abort} and {@link #end} block; they are called in the tasks of the transactional id concerned.
 */
final class TransactionEndings {

    private final TransactionTable table;
    private final TransactionWrites writes;
    private final Supplier<CompletableFuture<Long>> producerIds;
    private final GroupOutcomes groups;
    private final Time time;

    /** @param producerIds gives out a new one at each call, on other threads than the tasks' */
    TransactionEndings(
            TransactionTable table,
            TransactionWrites writes,
            Supplier<CompletableFuture<Long>> producerIds,
            GroupOutcomes groups,
            Time time) {
        this.table = table;
        this.writes = writes;
        this.producerIds = producerIds;
        this.groups = groups;
        this.time = time;
    }

    /** The coordinator's own decision: a successor has come, or it took too long. */
    Transaction abort(TransactionalProducer producer, Transaction open) {
        return write(
                producer,
                open,
                open.abortedByCoordinator(() -> producerIds.get().join(), time.milliseconds()),
                false);
    }

    /** The producer's decision; the same again is answered as the first time. */
    Transaction end(TransactionalProducer producer, ProducerIdentity identity, boolean commit, boolean newEpoch) {
        Transaction known = writes.current(producer);
        long nowMs = time.milliseconds();
        Optional<Transaction> decided = newEpoch
                ? known.endedWithNewEpoch(
                        identity, commit, () -> producerIds.get().join(), nowMs)
                : known.ended(identity, commit, nowMs);
        return decided.isPresent() ? write(producer, known, decided.get(), commit) : known;
    }

    private Transaction write(TransactionalProducer producer, Transaction open, Transaction decided, boolean commit) {
        Transaction next = producer.groups().isEmpty() ? decided.completed(time.milliseconds()) : decided;
        writes.end(producer, open, next, commit);
        table.index(producer, next);
        return next;
    }

    /** Tells the groups of a decided transaction, then closes it. What fails is to be tried again. */
    CompletableFuture<Transaction> completeGroups(TransactionalProducer producer, Transaction decided) {
        if (!producer.beginCompleting()) {
            return CompletableFuture.failedFuture(
                    new ConcurrentTransactionsException("The transaction is being completed"));
        }
        TransactionResult result =
                decided.state() == TransactionState.PREPARE_COMMIT ? TransactionResult.COMMIT : TransactionResult.ABORT;
        CompletableFuture<?>[] told = producer.groups().entrySet().stream()
                .map(group -> groups.complete(
                        group.getKey(), new ProducerIdentity(decided.producerId(), group.getValue()), result))
                .toArray(CompletableFuture[]::new);
        return CompletableFuture.allOf(told)
                .thenCompose(done -> producer.tasks().submit(() -> complete(producer, decided)))
                .whenComplete((completed, thrown) -> producer.endCompleting());
    }

    private Transaction complete(TransactionalProducer producer, Transaction decided) {
        Transaction known = writes.current(producer);
        if (!known.equals(decided)) {
            return known;
        }
        Transaction completed = decided.completed(time.milliseconds());
        writes.complete(producer, decided, completed);
        table.index(producer, completed);
        return completed;
    }
}
