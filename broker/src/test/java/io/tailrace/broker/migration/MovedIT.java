package io.tailrace.broker.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tailrace.local.junit.PostgresExtension;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatRequest;
import org.apache.kafka.common.requests.DescribeClusterRequest;
import org.apache.kafka.common.requests.DescribeClusterResponse;
import org.apache.kafka.common.requests.DescribeTopicPartitionsRequest;
import org.apache.kafka.common.requests.DescribeTopicPartitionsResponse;
import org.apache.kafka.common.requests.FetchMetadata;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.HeartbeatRequest;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.OffsetCommitRequest;
import org.apache.kafka.common.requests.OffsetFetchRequest;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a cluster that has moved answers, version by version. */
class MovedIT {

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long TOLD = 1L << 40;

    private MigrationFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = new MigrationFixture(POSTGRES.freshDatabase());
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    private static Iterable<Short> versions(ApiKeys api) {
        return api.allVersions();
    }

    @Test
    void shouldPassOnTheTargetsMetadataInEveryVersion() throws Exception {
        // Given
        fixture.move(true);
        for (short version : versions(ApiKeys.METADATA)) {
            MetadataRequestData wanted = new MetadataRequestData().setAllowAutoTopicCreation(true);
            wanted.setTopics(List.of(
                    new MetadataRequestTopic().setName("orders"), new MetadataRequestTopic().setName("missing")));

            // When
            MetadataResponse answer = (MetadataResponse) ask(new MetadataRequest(wanted, version));

            // Then
            assertThat(answer.brokers())
                    .as("version %d", version)
                    .extracting(Node::host)
                    .containsExactlyInAnyOrder("kafka-1", "kafka-2", "127.0.0.1");
            MetadataResponseTopic orders = answer.data().topics().find("orders");
            assertThat(orders.partitions().get(0).leaderId()).isEqualTo(2);
            assertThat(orders.topicId()).isEqualTo(version >= 10 ? MigrationFixture.TARGET_TOPIC : Uuid.ZERO_UUID);
            assertThat(answer.errors()).containsOnlyKeys("missing");
            if (version >= 2) {
                assertThat(answer.clusterId()).isEqualTo(MigrationFixture.TARGET_CLUSTER);
            }
        }
        assertThat(fixture.number("SELECT count(*) FROM kafka.topics")).isEqualTo(1);
    }

    @Test
    void shouldNameTheTargetsCoordinatorInEveryVersion() throws Exception {
        // Given
        fixture.move(true);
        List<String> groups = IntStream.range(0, 20).mapToObj(i -> "group-" + i).toList();
        for (short version : versions(ApiKeys.FIND_COORDINATOR)) {
            for (String group : groups) {
                FindCoordinatorRequestData find = new FindCoordinatorRequestData();
                if (version < FindCoordinatorRequest.MIN_BATCHED_VERSION) {
                    find.setKey(group);
                } else {
                    find.setCoordinatorKeys(List.of(group));
                }

                // When
                FindCoordinatorResponse answer =
                        (FindCoordinatorResponse) ask(new FindCoordinatorRequest.Builder(find).build(version));

                // Then
                int partition = Utils.abs(group.hashCode()) % MigrationFixture.OFFSETS_PARTITIONS;
                assertThat(answer.coordinatorByKey(group).orElseThrow().nodeId())
                        .isEqualTo(MigrationFixture.leader(partition));
            }
        }
    }

    @Test
    void shouldDescribeTheTarget() throws Exception {
        // Given
        fixture.move(true);
        DescribeTopicPartitionsRequestData topics =
                new DescribeTopicPartitionsRequestData().setTopics(List.of(new TopicRequest().setName("orders")));

        // When
        DescribeClusterResponse cluster = (DescribeClusterResponse)
                ask(new DescribeClusterRequest.Builder(new DescribeClusterRequestData()).build());
        DescribeTopicPartitionsResponse partitions =
                (DescribeTopicPartitionsResponse) ask(new DescribeTopicPartitionsRequest.Builder(topics).build());

        // Then
        assertThat(cluster.data().clusterId()).isEqualTo(MigrationFixture.TARGET_CLUSTER);
        assertThat(cluster.nodes()).containsOnlyKeys(1, 2);
        assertThat(partitions.data().topics().find("orders").topicId()).isEqualTo(MigrationFixture.TARGET_TOPIC);
    }

    @Test
    void shouldTellClientsThatTheyAreWrongHere() throws Exception {
        // Given
        fixture.move(true);

        // When
        Errors classic = heartbeat();
        Errors joined = consumerHeartbeat("g", 3);
        Errors joining = consumerHeartbeat("g", 0);
        FetchResponse fetch = fetch(FetchMetadata.INITIAL_EPOCH, 0);
        FetchResponse session = fetch(5, 77);
        Errors transactional = init("id");
        Errors idempotent = init(null);

        // Then
        assertThat(classic).isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(joined).isEqualTo(Errors.FENCED_MEMBER_EPOCH);
        assertThat(joining).isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(fetch.error()).isEqualTo(Errors.NONE);
        assertThat(fetch.data().responses().get(0).partitions().get(0).errorCode())
                .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
        assertThat(session.error()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
        assertThat(transactional).isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(idempotent).isEqualTo(Errors.NONE);
    }

    /** With an epoch of ours they would end at the target; a generation of the classic protocol may go there. */
    @Test
    void shouldHaveCommitsOfMembersByHeartbeatWaitUntilTheyAreFenced() throws Exception {
        // Given
        consumerHeartbeat("modern", 1);
        fixture.move(true);

        // Then
        assertThat(commit("modern", 1)).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
        assertThat(committed("modern", 1)).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
        assertThat(commit("modern", -1)).isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(commit("classic", 1)).isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(committed("classic", -1)).isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(consumerHeartbeat("modern", 1)).isEqualTo(Errors.FENCED_MEMBER_EPOCH);
        assertThat(consumerHeartbeat("modern", 0)).isEqualTo(Errors.NOT_COORDINATOR);
    }

    private Errors commit(String group, int epoch) throws Exception {
        OffsetCommitRequestData data = new OffsetCommitRequestData()
                .setGroupId(group)
                .setGenerationIdOrMemberEpoch(epoch)
                .setMemberId("member")
                .setTopics(List.of(new OffsetCommitRequestTopic()
                        .setName("orders")
                        .setPartitions(List.of(new OffsetCommitRequestPartition().setCommittedOffset(1)))));
        return only(OffsetCommitRequest.Builder.forTopicNames(data).build((short) 9));
    }

    private Errors committed(String group, int epoch) throws Exception {
        OffsetFetchRequestData data = new OffsetFetchRequestData()
                .setGroups(List.of(new OffsetFetchRequestGroup()
                        .setGroupId(group)
                        .setMemberId("member")
                        .setMemberEpoch(epoch)
                        .setTopics(List.of(
                                new OffsetFetchRequestTopics().setName("orders").setPartitionIndexes(List.of(0))))));
        OffsetFetchResponse answer = (OffsetFetchResponse)
                ask(OffsetFetchRequest.Builder.forTopicNames(data, false).build((short) 9));
        return Errors.forCode(answer.group(group).errorCode());
    }

    @Test
    void shouldRefuseWithTheAddressWhereClientsAreNotPassedOn() throws Exception {
        // Given
        fixture.move(false);
        try (KafkaProducer<String, String> producer = fixture.broker().producer(Map.of())) {
            // When
            assertThatThrownBy(() ->
                            producer.send(new ProducerRecord<>("orders", "v")).get())
                    // Then
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(PolicyViolationException.class)
                    .hasMessageContaining("kafka-1:9092");
        }
        try (var consumer = fixture.broker().consumer(Map.of("group.id", "g"))) {
            consumer.subscribe(List.of("orders"));
            assertThatThrownBy(() -> {
                        while (true) {
                            consumer.poll(Duration.ofMillis(200));
                        }
                    })
                    .isInstanceOf(GroupAuthorizationException.class);
        }
    }

    @Test
    void shouldTakeNoRecordsOfSql() throws Exception {
        // Given
        fixture.move(true);

        // When
        assertThatThrownBy(() -> fixture.execute("SELECT kafka.produce('orders', 'k', 'v')"))
                // Then
                .hasMessageContaining("has moved");
    }

    @Test
    void shouldServeAgainAfterTheReturn() throws Exception {
        // Given
        fixture.move(true);
        fixture.restart();
        assertThat(fixture.error(TOLD, 0)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);

        // When
        fixture.execute("SELECT kafka.mark_returned()");

        // Then
        await().atMost(PATIENCE).until(() -> fixture.error(TOLD, 0) == Errors.NONE);
    }

    private Object ask(AbstractRequest request) throws Exception {
        return fixture.client().ask(request);
    }

    private Errors heartbeat() throws Exception {
        HeartbeatRequestData data =
                new HeartbeatRequestData().setGroupId("g").setGenerationId(1).setMemberId("m");
        return only(new HeartbeatRequest.Builder(data).build());
    }

    private Errors consumerHeartbeat(String group, int epoch) throws Exception {
        return only(new ConsumerGroupHeartbeatRequest.Builder(new ConsumerGroupHeartbeatRequestData()
                        .setGroupId(group)
                        .setMemberId("member")
                        .setMemberEpoch(epoch))
                .build());
    }

    private Errors init(@Nullable String transactionalId) throws Exception {
        return only(new InitProducerIdRequest.Builder(new InitProducerIdRequestData()
                        .setTransactionalId(transactionalId)
                        .setTransactionTimeoutMs(1000))
                .build((short) 4));
    }

    private Errors only(AbstractRequest request) throws Exception {
        return fixture.client().ask(request).errorCounts().keySet().iterator().next();
    }

    private FetchResponse fetch(int epoch, int session) throws Exception {
        FetchRequestData data = new FetchRequestData()
                .setReplicaId(-1)
                .setMaxWaitMs(100)
                .setMinBytes(1)
                .setSessionId(session)
                .setSessionEpoch(epoch)
                .setTopics(List.of(new FetchTopic()
                        .setTopic("orders")
                        .setPartitions(
                                List.of(new FetchPartition().setPartition(0).setPartitionMaxBytes(1000)))));
        return (FetchResponse) ask(new FetchRequest(data, (short) 12));
    }
}
