package io.tailrace.broker.api.topic;

import static io.tailrace.broker.RunningBroker.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.broker.RequestClient;
import io.tailrace.broker.RunningBroker;
import io.tailrace.local.junit.PostgresExtension;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.NoReassignmentInProgressException;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.Readable;
import org.apache.kafka.common.requests.DescribeTopicPartitionsRequest;
import org.apache.kafka.common.requests.DescribeTopicPartitionsResponse;
import org.apache.kafka.common.requests.OffsetsForLeaderEpochRequest;
import org.apache.kafka.common.requests.OffsetsForLeaderEpochResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a cluster of one broker and one replica answers to those who ask about replicas, leaders and directories. */
class OneReplicaIT {

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
    private static final int NODE = 1_000_001;

    private RunningBroker broker;
    private Admin admin;

    @BeforeEach
    void start() throws Exception {
        broker = new RunningBroker(POSTGRES.freshDatabase(), Map.of());
        admin = broker.admin();
        get(admin.createTopics(List.of(new NewTopic("bills", 3, (short) 1), new NewTopic("orders", 4, (short) 1)))
                .all());
    }

    @AfterEach
    void stop() {
        admin.close();
        broker.close();
    }

    private DescribeTopicPartitionsResponseData describe(
            List<String> topics, DescribeTopicPartitionsRequestData.@Nullable Cursor cursor, int limit)
            throws Exception {
        DescribeTopicPartitionsRequestData data = new DescribeTopicPartitionsRequestData()
                .setTopics(topics.stream()
                        .map(name -> new TopicRequest().setName(name))
                        .toList())
                .setCursor(cursor)
                .setResponsePartitionLimit(limit);
        try (RequestClient client = new RequestClient(broker.broker().port(), "describer")) {
            return ((DescribeTopicPartitionsResponse) client.ask(new DescribeTopicPartitionsRequest(data, (short) 0)))
                    .data();
        }
    }

    @Test
    void shouldDescribeTopicsInPages() throws Exception {
        // When
        DescribeTopicPartitionsResponseData first = describe(List.of(), null, 5);
        DescribeTopicPartitionsResponseData second = describe(
                List.of(),
                new DescribeTopicPartitionsRequestData.Cursor()
                        .setTopicName(first.nextCursor().topicName())
                        .setPartitionIndex(first.nextCursor().partitionIndex()),
                5);

        // Then
        assertThat(first.topics().find("bills").partitions()).hasSize(3);
        assertThat(first.topics().find("orders").partitions()).hasSize(2);
        assertThat(first.nextCursor().topicName()).isEqualTo("orders");
        assertThat(first.nextCursor().partitionIndex()).isEqualTo(2);
        assertThat(second.topics()).hasSize(1);
        assertThat(second.topics().find("orders").partitions().get(0).partitionIndex())
                .isEqualTo(2);
        assertThat(second.nextCursor()).isNull();
    }

    @Test
    void shouldSayWhichTopicIsNotThere() throws Exception {
        // When
        DescribeTopicPartitionsResponseData data = describe(List.of("orders", "absent"), null, 100);

        // Then
        assertThat(data.topics().find("orders").partitions()).hasSize(4);
        assertThat(data.topics().find("absent").errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    private EpochEndOffset endOf(int partition, int currentEpoch, int epoch) throws Exception {
        OffsetForLeaderEpochRequestData data = new OffsetForLeaderEpochRequestData();
        data.topics()
                .add(new OffsetForLeaderTopic()
                        .setTopic("orders")
                        .setPartitions(List.of(new OffsetForLeaderPartition()
                                .setPartition(partition)
                                .setCurrentLeaderEpoch(currentEpoch)
                                .setLeaderEpoch(epoch))));
        short version = ApiKeys.OFFSET_FOR_LEADER_EPOCH.latestVersion();
        try (RequestClient client = new RequestClient(broker.broker().port(), "checker")) {
            return ((OffsetsForLeaderEpochResponse)
                            client.ask(OffsetsForLeaderEpochRequest.parse(bytes(data, version), version)))
                    .data()
                    .topics()
                    .find("orders")
                    .partitions()
                    .get(0);
        }
    }

    private static Readable bytes(OffsetForLeaderEpochRequestData data, short version) {
        return MessageUtil.toByteBufferAccessor(data, version);
    }

    @Test
    void shouldEndTheOneLeaderEpochWhereTheLogEnds() throws Exception {
        // Given
        broker.send("orders", 0, 7);

        // Then
        assertThat(endOf(0, 0, 0).endOffset()).isEqualTo(7);
        assertThat(endOf(0, -1, 0).leaderEpoch()).isZero();
        assertThat(endOf(0, -1, 3).endOffset()).isEqualTo(-1);
        assertThat(endOf(0, 3, 0).errorCode()).isEqualTo(Errors.UNKNOWN_LEADER_EPOCH.code());
        assertThat(endOf(9, 0, 0).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    @Test
    void shouldTellTheSizesOfPartitions() throws Exception {
        // Given
        broker.send("orders", 0, 1000);

        // When
        Map<String, LogDirDescription> directories = Objects.requireNonNull(
                get(admin.describeLogDirs(List.of(NODE)).allDescriptions()).get(NODE));

        // Then
        Map<TopicPartition, ReplicaInfo> replicas =
                directories.values().iterator().next().replicaInfos();
        assertThat(replicas).hasSize(7);
        assertThat(replicas.get(ORDERS)).isNotNull();
        assertThat(Objects.requireNonNull(replicas.get(ORDERS)).size()).isPositive();
        assertThat(Objects.requireNonNull(replicas.get(new TopicPartition("orders", 1)))
                        .size())
                .isZero();
    }

    @Test
    void shouldHaveNoLeaderToElect() throws Exception {
        // When
        Map<TopicPartition, Optional<Throwable>> results =
                get(admin.electLeaders(ElectionType.PREFERRED, Set.of(ORDERS)).partitions());

        // Then
        assertThat(results.get(ORDERS))
                .hasValueSatisfying(error -> assertThat(error).isInstanceOf(ElectionNotNeededException.class));
        assertThat(get(admin.electLeaders(ElectionType.UNCLEAN, null).partitions()))
                .isEmpty();
    }

    private void reassign(Optional<NewPartitionReassignment> to) throws Exception {
        get(admin.alterPartitionReassignments(Map.of(ORDERS, to)).all());
    }

    @Test
    void shouldLeavePartitionsWhereTheyAre() throws Exception {
        // When
        reassign(Optional.of(new NewPartitionReassignment(List.of(NODE))));

        // Then
        assertThat(get(admin.listPartitionReassignments().reassignments())).isEmpty();
        assertThatThrownBy(() -> reassign(Optional.of(new NewPartitionReassignment(List.of(7)))))
                .isInstanceOf(InvalidReplicaAssignmentException.class);
        assertThatThrownBy(() -> reassign(Optional.empty())).isInstanceOf(NoReassignmentInProgressException.class);
    }
}
