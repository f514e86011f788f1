package io.tailrace.broker.api.log;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.ClusterIdentity;
import io.tailrace.broker.api.TopicResolver;
import io.tailrace.broker.log.OffsetFinder;
import io.tailrace.broker.log.OffsetFinder.FoundOffset;
import io.tailrace.broker.log.Partition;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.sql.SqlErrors;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.apache.kafka.common.requests.ListOffsetsResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** ListOffsets. The ends of a partition are in memory; only a search by time asks Postgres, on an executor. */
final class ListOffsetsApi implements Api {

    private static final Logger LOGGER = LoggerFactory.getLogger(ListOffsetsApi.class);

    private static final short FIRST_VERSION_WITH_LEADER_EPOCH = 4;

    private final TopicResolver topics;
    private final OffsetFinder finder;
    private final Executor executor;

    ListOffsetsApi(TopicResolver topics, OffsetFinder finder, Executor executor) {
        this.topics = topics;
        this.finder = finder;
        this.executor = executor;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        ListOffsetsRequestData list = (ListOffsetsRequestData) request.body().data();
        short version = request.body().version();
        if (needsSearch(list)) {
            return CompletableFuture.supplyAsync(() -> answer(list, version), executor);
        }
        return CompletableFuture.completedFuture(answer(list, version));
    }

    private static boolean needsSearch(ListOffsetsRequestData list) {
        return list.topics().stream()
                .flatMap(topic -> topic.partitions().stream())
                .anyMatch(ListOffsetsApi::needsSearch);
    }

    private static boolean needsSearch(ListOffsetsPartition partition) {
        return partition.timestamp() >= 0 || partition.timestamp() == ListOffsetsRequest.MAX_TIMESTAMP;
    }

    private ListOffsetsResponse answer(ListOffsetsRequestData list, short version) {
        // One wait for a database that is away is enough for a request.
        AtomicBoolean databaseAway = new AtomicBoolean();
        IsolationLevel isolation = IsolationLevel.forId(list.isolationLevel());
        ListOffsetsResponseData data = new ListOffsetsResponseData();
        for (ListOffsetsTopic topic : list.topics()) {
            ListOffsetsTopicResponse answers = new ListOffsetsTopicResponse().setName(topic.name());
            Set<Integer> seen = new HashSet<>();
            Set<Integer> twice = new HashSet<>();
            topic.partitions().forEach(wanted -> {
                if (!seen.add(wanted.partitionIndex())) {
                    twice.add(wanted.partitionIndex());
                }
            });
            for (ListOffsetsPartition wanted : topic.partitions()) {
                answers.partitions()
                        .add(
                                twice.contains(wanted.partitionIndex())
                                        ? failed(wanted, Errors.INVALID_REQUEST)
                                        : answer(topic.name(), wanted, isolation, databaseAway));
            }
            if (version < FIRST_VERSION_WITH_LEADER_EPOCH) {
                // Kafka's codec refuses to write in an older version what that version has no field for.
                answers.partitions().forEach(answer -> answer.setLeaderEpoch(ListOffsetsResponse.UNKNOWN_EPOCH));
            }
            data.topics().add(answers);
        }
        return new ListOffsetsResponse(data);
    }

    private ListOffsetsPartitionResponse answer(
            String topicName, ListOffsetsPartition wanted, IsolationLevel isolation, AtomicBoolean databaseAway) {
        Optional<Partition> partition = topics.topic(topicName, Uuid.ZERO_UUID)
                .flatMap(topic -> topics.partition(topic, wanted.partitionIndex()));
        if (partition.isEmpty()) {
            return failed(wanted, Errors.UNKNOWN_TOPIC_OR_PARTITION);
        }
        if (wanted.currentLeaderEpoch() > ClusterIdentity.LEADER_EPOCH) {
            return failed(wanted, Errors.UNKNOWN_LEADER_EPOCH);
        }
        if (databaseAway.get() && needsSearch(wanted)) {
            return failed(wanted, Errors.KAFKA_STORAGE_ERROR);
        }
        try {
            return answer(partition.get(), wanted, isolation);
        } catch (SQLException e) {
            if (SqlErrors.isPassing(e)) {
                databaseAway.set(true);
                return failed(wanted, Errors.KAFKA_STORAGE_ERROR);
            }
            return failed(wanted, Errors.UNKNOWN_SERVER_ERROR, topicName, e);
        } catch (ApiException e) {
            // A stored batch that is damaged.
            return failed(wanted, Errors.forException(e), topicName, e);
        }
    }

    private ListOffsetsPartitionResponse answer(
            Partition partition, ListOffsetsPartition wanted, IsolationLevel isolation) throws SQLException {
        long timestamp = wanted.timestamp();
        long endExc = partition.endOffset(isolation);
        if (timestamp == ListOffsetsRequest.LATEST_TIMESTAMP) {
            return found(wanted, endExc);
        }
        if (timestamp == ListOffsetsRequest.EARLIEST_TIMESTAMP
                || timestamp == ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP) {
            return found(wanted, partition.logStartOffset());
        }
        if (timestamp == ListOffsetsRequest.LATEST_TIERED_TIMESTAMP
                || timestamp == ListOffsetsRequest.EARLIEST_PENDING_UPLOAD_TIMESTAMP) {
            // Nothing is ever tiered: Kafka answers "none" with offset -1.
            return found(wanted, ListOffsetsResponse.UNKNOWN_OFFSET);
        }
        if (timestamp == ListOffsetsRequest.MAX_TIMESTAMP) {
            // Of all records, as Kafka does: where it may not be read yet, none is found.
            return found(wanted, finder.maxTimestamp(partition).filter(place -> place.offset() < endExc));
        }
        return timestamp >= 0
                ? found(wanted, finder.firstAtOrAfter(partition, timestamp, endExc))
                : failed(wanted, Errors.UNSUPPORTED_VERSION);
    }

    private static ListOffsetsPartitionResponse found(ListOffsetsPartition wanted, Optional<FoundOffset> found) {
        return found.map(place -> found(wanted, place.offset()).setTimestamp(place.timestampMs()))
                .orElseGet(() -> new ListOffsetsPartitionResponse().setPartitionIndex(wanted.partitionIndex()));
    }

    private static ListOffsetsPartitionResponse found(ListOffsetsPartition wanted, long offset) {
        return new ListOffsetsPartitionResponse()
                .setPartitionIndex(wanted.partitionIndex())
                .setOffset(offset)
                .setLeaderEpoch(
                        offset == ListOffsetsResponse.UNKNOWN_OFFSET
                                ? ListOffsetsResponse.UNKNOWN_EPOCH
                                : ClusterIdentity.LEADER_EPOCH);
    }

    private static ListOffsetsPartitionResponse failed(
            ListOffsetsPartition wanted, Errors error, String topicName, Exception cause) {
        LOGGER.atError().setCause(cause).addKeyValue("topic", topicName).log("looking for an offset failed");
        return failed(wanted, error);
    }

    private static ListOffsetsPartitionResponse failed(ListOffsetsPartition wanted, Errors error) {
        return new ListOffsetsPartitionResponse()
                .setPartitionIndex(wanted.partitionIndex())
                .setErrorCode(error.code());
    }
}
