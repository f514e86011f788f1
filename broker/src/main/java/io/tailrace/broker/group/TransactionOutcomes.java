package io.tailrace.broker.group;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import org.apache.kafka.common.requests.TransactionResult;

/**
 * What groups must know of transactions. Kafka's group coordinator itself does not fence producers, so offsets that are
 * committed too late would wait for an outcome that has passed. Thread-safe.
 */
public interface TransactionOutcomes {

    /**
     * Requires that the transaction is open and the group is part of it, in the Postgres transaction that writes the
     * offsets, and keeps it so until that has ended. The row of the shard is locked by then: whoever ends a transaction
     * must not write to shards while it holds rows of the transaction.
     *
     * @throws org.apache.kafka.common.errors.ApiException where the producer is fenced or the transaction is not open
     */
    void keepOpen(Connection connection, String groupId, OffsetProducer producer) throws SQLException;

    /**
     * The outcomes of those that are decided; the others are open. A shard that loads asks, for the offsets that it still
     * holds.
     */
    Map<OffsetProducer, TransactionResult> decided(Connection connection, Collection<OffsetProducer> producers)
            throws SQLException;

    /** Where there are no transactions. */
    static TransactionOutcomes none() {
        return new TransactionOutcomes() {
            @Override
            public void keepOpen(Connection connection, String groupId, OffsetProducer producer) {}

            @Override
            public Map<OffsetProducer, TransactionResult> decided(
                    Connection connection, Collection<OffsetProducer> producers) {
                return Map.of();
            }
        };
    }
}
