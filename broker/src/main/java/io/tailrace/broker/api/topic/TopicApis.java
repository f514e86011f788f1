package io.tailrace.broker.api.topic;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.ClusterIdentity;
import io.tailrace.broker.api.TopicResolver;
import io.tailrace.broker.api.config.TopicDescriber;
import io.tailrace.broker.log.LogSizes;
import io.tailrace.broker.log.LogStartOffsets;
import io.tailrace.broker.log.Partition;
import io.tailrace.broker.topic.TopicRegistry;
import io.tailrace.broker.topic.TopicService;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.Executor;
import javax.sql.DataSource;
import org.apache.kafka.common.protocol.ApiKeys;

/** The handlers of this package. */
public final class TopicApis {

    /**
     * What they work with.
     *
     * @param pool connections in auto-commit mode
     * @param generalExecutor runs short queries
     */
    public record Parts(
            ClusterIdentity cluster,
            TopicRegistry registry,
            TopicResolver topics,
            TopicService service,
            TopicDescriber describer,
            LogStartOffsets logStarts,
            DataSource pool,
            Executor generalExecutor) {

        private long advanceLogStart(Partition partition, long offset) throws SQLException {
            try (Connection connection = pool.getConnection()) {
                return logStarts.advance(connection, partition, offset);
            }
        }
    }

    private TopicApis() {}

    /** Makes them. */
    public static Map<ApiKeys, Api> of(Parts parts) {
        int nodeId = parts.cluster().nodeId();
        return Map.of(
                ApiKeys.CREATE_TOPICS,
                new CreateTopicsApi(parts.service(), parts.describer(), nodeId),
                ApiKeys.DELETE_TOPICS,
                new DeleteTopicsApi(parts.topics(), parts.service()),
                ApiKeys.CREATE_PARTITIONS,
                new CreatePartitionsApi(parts.service().changes(), nodeId),
                ApiKeys.DELETE_RECORDS,
                new DeleteRecordsApi(parts.topics(), parts::advanceLogStart, parts.generalExecutor()),
                ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
                new DescribeTopicPartitionsApi(parts.registry(), nodeId),
                ApiKeys.DESCRIBE_LOG_DIRS,
                new DescribeLogDirsApi(parts.registry(), new LogSizes(parts.pool()), parts.generalExecutor()),
                ApiKeys.ELECT_LEADERS,
                new ElectLeadersApi(parts.registry()),
                ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
                new AlterPartitionReassignmentsApi(parts.registry(), nodeId),
                ApiKeys.LIST_PARTITION_REASSIGNMENTS,
                new ListPartitionReassignmentsApi());
    }
}
