package io.tailrace.broker.txn;

import io.tailrace.broker.log.Partition;
import java.util.List;
import java.util.Optional;

/**
 * What administrators see of a transactional id. Immutable.
 *
 * @param startedMs when its last transaction began, or −1
 * @param partitions those of the open transaction
 */
public record TransactionDescription(
        String transactionalId,
        ProducerIdentity producer,
        TransactionState state,
        int timeoutMs,
        long startedMs,
        List<Partition> partitions) {

    public TransactionDescription {
        partitions = List.copyOf(partitions);
    }

    static Optional<TransactionDescription> of(TransactionalProducer producer) {
        return Optional.ofNullable(producer.transaction())
                .map(known -> new TransactionDescription(
                        known.transactionalId(),
                        known.identity(),
                        known.state(),
                        known.timeoutMs(),
                        known.startedMs(),
                        producer.partitions()));
    }
}
