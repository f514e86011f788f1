package io.tailrace.broker.api.log;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.TopicResolver;
import io.tailrace.broker.log.AppendFence;
import io.tailrace.broker.log.LogAppends;
import io.tailrace.broker.log.OffsetFinder;
import io.tailrace.broker.log.RecordSource;
import io.tailrace.broker.quota.ClientQuotas;
import io.tailrace.broker.txn.TransactionCoordinator;
import java.util.Map;
import java.util.concurrent.Executor;
import org.apache.kafka.common.protocol.ApiKeys;

/** The handlers of this package. */
public final class LogApis {

    /**
     * What they work with.
     *
     * @param responseMemory what all fetch responses together may hold
     * @param fetchMaxBytes the most that one fetch response holds
     * @param fetchExecutor reads the log from Postgres
     * @param generalExecutor runs short queries
     */
    public record Parts(
            TopicResolver topics,
            LogAppends appends,
            RecordSource records,
            OffsetFinder offsets,
            TransactionCoordinator transactions,
            AppendFence fence,
            FetchSessions fetchSessions,
            ClientQuotas quotas,
            ResponseMemory responseMemory,
            int fetchMaxBytes,
            Executor fetchExecutor,
            Executor generalExecutor) {}

    private LogApis() {}

    /** Makes them. */
    public static Map<ApiKeys, Api> of(Parts parts) {
        return Map.of(
                ApiKeys.PRODUCE,
                new ProduceApi(
                        parts.topics(), parts.appends(), new TransactionalProduce(parts.transactions(), parts.fence())),
                ApiKeys.FETCH,
                new FetchApi(parts),
                ApiKeys.LIST_OFFSETS,
                new ListOffsetsApi(parts.topics(), parts.offsets(), parts.generalExecutor()),
                ApiKeys.OFFSET_FOR_LEADER_EPOCH,
                new OffsetForLeaderEpochApi(parts.topics()));
    }
}
