package io.tailrace.broker.group;

import java.sql.Connection;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.requests.TransactionResult;

/** Transactions of a test: open, unless it says that they are decided or fenced. */
final class FakeTransactions implements TransactionOutcomes {

    private final ConcurrentMap<OffsetProducer, TransactionResult> decided = new ConcurrentHashMap<>();
    private final Set<OffsetProducer> fenced = ConcurrentHashMap.newKeySet();

    void decide(OffsetProducer producer, TransactionResult result) {
        decided.put(producer, result);
    }

    void forget(OffsetProducer producer) {
        decided.remove(producer);
    }

    void fence(OffsetProducer producer) {
        fenced.add(producer);
    }

    @Override
    public void keepOpen(Connection connection, String groupId, OffsetProducer producer) {
        if (fenced.contains(producer)) {
            throw new InvalidProducerEpochException("fenced");
        }
    }

    @Override
    public Map<OffsetProducer, TransactionResult> decided(Connection connection, Collection<OffsetProducer> producers) {
        Map<OffsetProducer, TransactionResult> outcomes = new ConcurrentHashMap<>(decided);
        outcomes.keySet().retainAll(producers);
        return outcomes;
    }
}
