package io.tailrace.broker.migration;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.broker.RequestClient;
import io.tailrace.broker.RunningBroker;
import io.tailrace.local.PostgresAddress;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.message.MetadataResponseDataJsonConverter;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;

/** A broker that can be fenced and moved, to a target that is only said to be there. Owns: the broker, a connection to it. */
final class MigrationFixture implements AutoCloseable {

    static final String TARGET_CLUSTER = "targetclusterIdentity0";
    static final Uuid TARGET_TOPIC = Uuid.fromString("AAAAAAAAAAAAAAAAAAAAAQ");
    static final String FORWARDER = "tailrace_forwarder";
    static final int OFFSETS_PARTITIONS = 5;

    private static final short PRODUCE_VERSION = 11;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final PostgresAddress database;
    private final RunningBroker broker;
    private RequestClient client;

    MigrationFixture(PostgresAddress database) throws Exception {
        this.database = database;
        this.broker = new RunningBroker(database, Map.of());
        this.client = new RequestClient(broker.broker().port(), "test");
        try (Admin admin = broker.admin()) {
            admin.createTopics(List.of(new NewTopic("orders", 1, (short) 1)))
                    .all()
                    .get();
        }
    }

    RunningBroker broker() {
        return broker;
    }

    PostgresAddress database() {
        return database;
    }

    RequestClient client() {
        return client;
    }

    void restart() throws IOException {
        client.close();
        broker.restart();
        client = new RequestClient(broker.broker().port(), "test");
    }

    long number(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    long fence(int seconds) throws SQLException {
        return number("SELECT kafka.fence(" + seconds + ")");
    }

    /** Sends one record of an idempotent producer, once. */
    PartitionProduceResponse produce(long producerId, int sequence) throws IOException {
        MemoryRecords records = MemoryRecords.withIdempotentRecords(
                Compression.NONE,
                producerId,
                (short) 0,
                sequence,
                new SimpleRecord(1_700_000_000_000L, null, new byte[] {1}));
        ProduceRequestData produce =
                new ProduceRequestData().setAcks((short) -1).setTimeoutMs(1000);
        produce.topicData()
                .add(new TopicProduceData()
                        .setName("orders")
                        .setPartitionData(
                                List.of(new PartitionProduceData().setIndex(0).setRecords(records))));
        ProduceResponse response = (ProduceResponse) client.ask(new ProduceRequest(produce, PRODUCE_VERSION));
        return response.data()
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .get(0);
    }

    Errors error(long producerId, int sequence) throws IOException {
        return Errors.forCode(produce(producerId, sequence).errorCode());
    }

    /** Has the cluster moved to the target below, as far as this broker is concerned. */
    void move(boolean redirect) throws Exception {
        writeTarget();
        long fence = fence(60);
        execute("SELECT kafka.mark_moved(" + fence + ", '" + FORWARDER + "', " + redirect + ")");
        Errors expected = redirect ? Errors.NOT_LEADER_OR_FOLLOWER : Errors.POLICY_VIOLATION;
        await().atMost(PATIENCE).until(() -> error(1, 0) == expected);
    }

    void writeTarget() throws SQLException {
        JsonNode json = MetadataResponseDataJsonConverter.write(target(), (short) 13);
        String sql = "INSERT INTO kafka.target_metadata (forwarder, cluster_id, bootstrap_servers, metadata)"
                + " VALUES (?, ?, 'kafka-1:9092', ?::jsonb)";
        try (Connection connection = database.connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, FORWARDER);
            statement.setString(2, TARGET_CLUSTER);
            statement.setString(3, json.toString());
            statement.execute();
        }
    }

    private static MetadataResponseData target() {
        MetadataResponseData data =
                new MetadataResponseData().setClusterId(TARGET_CLUSTER).setControllerId(2);
        for (int node = 1; node <= 2; node++) {
            data.brokers()
                    .add(new MetadataResponseBroker()
                            .setNodeId(node)
                            .setHost("kafka-" + node)
                            .setPort(9092));
        }
        data.topics().add(topic("orders", TARGET_TOPIC, 1));
        data.topics()
                .add(topic("__consumer_offsets", Uuid.fromString("AAAAAAAAAAAAAAAAAAAAAg"), OFFSETS_PARTITIONS)
                        .setIsInternal(true));
        return data;
    }

    /** Led by node 2 where the partition's number is even, else by node 1. */
    private static MetadataResponseTopic topic(String name, Uuid id, int partitions) {
        MetadataResponseTopic topic = new MetadataResponseTopic().setName(name).setTopicId(id);
        for (int partition = 0; partition < partitions; partition++) {
            topic.partitions()
                    .add(new MetadataResponsePartition()
                            .setPartitionIndex(partition)
                            .setLeaderId(leader(partition))
                            .setLeaderEpoch(7)
                            .setReplicaNodes(List.of(1, 2))
                            .setIsrNodes(List.of(1, 2)));
        }
        return topic;
    }

    static int leader(int partition) {
        return partition % 2 == 0 ? 2 : 1;
    }

    @Override
    public void close() throws IOException {
        client.close();
        broker.close();
    }
}
