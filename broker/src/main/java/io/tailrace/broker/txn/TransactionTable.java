package io.tailrace.broker.txn;

import io.tailrace.broker.log.PartitionTable;
import io.tailrace.broker.log.ProducerEpochs;
import io.tailrace.broker.txn.TransactionStore.Stored;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The transactional ids that memory knows, by their names and by their producers' ids. Thread-safe. */
final class TransactionTable implements ProducerEpochs {

    private static final Logger LOGGER = LoggerFactory.getLogger(TransactionTable.class);

    private final ConcurrentMap<String, TransactionalProducer> producers = new ConcurrentHashMap<>();
    private final ConcurrentMap<Long, TransactionalProducer> byProducerId = new ConcurrentHashMap<>();
    private final Executor executor;

    /** @param executor runs the tasks of each transactional id */
    TransactionTable(Executor executor) {
        this.executor = executor;
    }

    /** Takes what the database has, when the partitions are there and before any request. */
    void load(Stored stored, PartitionTable partitions) {
        stored.transactions().forEach(one -> {
            TransactionalProducer producer = findOrAdd(one.transaction().transactionalId());
            producer.onLoaded(one, partitions);
            index(producer, one.transaction());
        });
        stored.hanging().forEach((producerId, parts) -> {
            LOGGER.atWarn()
                    .addKeyValue("producerId", producerId)
                    .addKeyValue("partitions", parts.size())
                    .log(
                            "an open transaction belongs to no transactional id: kafka-transactions find-hanging shows it");
            parts.forEach(part -> part.resume(producerId, partitions));
        });
    }

    void index(TransactionalProducer producer, Transaction transaction) {
        byProducerId.put(transaction.producerId(), producer);
        if (transaction.previousProducerId() != Transaction.NO_ID) {
            byProducerId.put(transaction.previousProducerId(), producer);
        }
    }

    @Override
    public short currentEpoch(long producerId) {
        TransactionalProducer producer = byProducerId.get(producerId);
        Transaction transaction = producer == null ? null : producer.transaction();
        if (transaction == null) {
            return NOT_TRANSACTIONAL;
        }
        // An id whose epochs have run out is fenced for good.
        return transaction.producerId() == producerId ? transaction.epoch() : Short.MAX_VALUE;
    }

    @Nullable
    TransactionalProducer find(String transactionalId) {
        return producers.get(transactionalId);
    }

    /** The transactional id that the producer's id belongs to, or did last. */
    Optional<TransactionalProducer> ofProducer(long producerId) {
        return Optional.ofNullable(byProducerId.get(producerId));
    }

    TransactionalProducer findOrAdd(String transactionalId) {
        return producers.computeIfAbsent(transactionalId, id -> new TransactionalProducer(id, executor));
    }

    void remove(TransactionalProducer producer) {
        producers.remove(producer.transactionalId(), producer);
        byProducerId.values().removeIf(other -> other == producer);
    }

    Collection<TransactionalProducer> all() {
        return producers.values();
    }

    /** All of them as they are now. */
    List<TransactionDescription> descriptions() {
        return producers.values().stream()
                .flatMap(producer -> TransactionDescription.of(producer).stream())
                .toList();
    }
}
