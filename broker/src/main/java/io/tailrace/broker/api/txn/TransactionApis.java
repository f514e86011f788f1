package io.tailrace.broker.api.txn;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.TopicResolver;
import io.tailrace.broker.group.GroupCoordinator;
import io.tailrace.broker.log.AppendFence;
import io.tailrace.broker.log.ProducerIds;
import io.tailrace.broker.log.ProducerStates;
import io.tailrace.broker.txn.TransactionCoordinator;
import java.util.Map;
import java.util.concurrent.Executor;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.utils.Time;

/** The handlers of this package. */
public final class TransactionApis {

    /**
     * What they work with.
     *
     * @param generalExecutor runs short queries
     */
    public record Parts(
            TopicResolver topics,
            TransactionCoordinator transactions,
            GroupCoordinator groups,
            AppendFence fence,
            ProducerIds producerIds,
            ProducerStates producerStates,
            Executor generalExecutor,
            Time time) {}

    private TransactionApis() {}

    /** Makes them. */
    public static Map<ApiKeys, Api> of(Parts parts) {
        TransactionCoordinator transactions = parts.transactions();
        return Map.of(
                ApiKeys.INIT_PRODUCER_ID,
                new InitProducerIdApi(parts.producerIds()::next, transactions::initProducerId),
                ApiKeys.ADD_PARTITIONS_TO_TXN,
                new AddPartitionsToTxnApi(parts.topics(), transactions, parts.fence()),
                ApiKeys.ADD_OFFSETS_TO_TXN,
                new AddOffsetsToTxnApi(transactions),
                ApiKeys.TXN_OFFSET_COMMIT,
                new TxnOffsetCommitApi(parts.topics(), transactions, parts.groups()),
                ApiKeys.END_TXN,
                new EndTxnApi(transactions),
                ApiKeys.WRITE_TXN_MARKERS,
                new WriteTxnMarkersApi(parts.topics(), transactions.markers()),
                ApiKeys.DESCRIBE_TRANSACTIONS,
                new DescribeTransactionsApi(transactions),
                ApiKeys.LIST_TRANSACTIONS,
                new ListTransactionsApi(transactions, parts.time()),
                ApiKeys.DESCRIBE_PRODUCERS,
                new DescribeProducersApi(parts.topics(), parts.producerStates(), parts.generalExecutor()));
    }
}
