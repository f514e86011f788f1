package io.tailrace.broker.txn;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.requests.TransactionResult;

/** Tells consumer groups what became of the offsets that were committed to them in a transaction. */
@FunctionalInterface
public interface GroupOutcomes {

    /**
     * Completes the transaction in a group; doing it again changes nothing.
     *
     * @param producer with the epoch under which the offsets were committed
     * @return completes when the group has the outcome in Postgres; exceptionally where it is to be tried again
     */
    CompletableFuture<Void> complete(String groupId, ProducerIdentity producer, TransactionResult result);
}
