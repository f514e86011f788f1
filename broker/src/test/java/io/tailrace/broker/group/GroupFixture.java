package io.tailrace.broker.group;

import io.tailrace.broker.sql.Database;
import io.tailrace.broker.topic.NewTopicDefaults;
import io.tailrace.broker.topic.Topic;
import io.tailrace.broker.topic.TopicRegistry;
import io.tailrace.broker.topic.TopicService;
import io.tailrace.config.BrokerConfig;
import io.tailrace.config.ConfigLoader;
import io.tailrace.local.PostgresAddress;
import io.tailrace.schema.Migrations;
import java.net.InetAddress;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;

/** The coordinator on a Postgres, without network. Each start is that of a new broker, which has a higher lease. */
final class GroupFixture implements AutoCloseable {

    private static final int PARTITIONS = 4;

    private final PostgresAddress address;
    private final Database database;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final TransactionOutcomes transactions;
    private final List<GroupRuntime> runtimes = new ArrayList<>();
    private final TopicRegistry registry = new TopicRegistry();
    private final TopicService topics;
    private int leaseEpoch;
    private GroupRuntime runtime;

    GroupFixture(PostgresAddress address, TransactionOutcomes transactions) throws SQLException {
        this.address = address;
        this.transactions = transactions;
        BrokerConfig config = config(address);
        this.database = new Database(config.postgres(), 1);
        Migrations.migrate(database.generalPool());
        this.topics = new TopicService(
                database,
                registry,
                Runnable::run,
                ForkJoinPool.commonPool(),
                new NewTopicDefaults(PARTITIONS, 100, Map.of()),
                1);
        this.runtime = startBroker();
    }

    static BrokerConfig config(PostgresAddress address) {
        return ConfigLoader.load(
                BrokerConfig.class,
                null,
                Map.of(
                        "TAILRACE_POSTGRES_HOST", address.host(),
                        "TAILRACE_POSTGRES_PORT", Integer.toString(address.port()),
                        "TAILRACE_POSTGRES_DATABASE", address.database(),
                        "TAILRACE_POSTGRES_USER", address.user(),
                        "TAILRACE_POSTGRES_PASSWORD", address.password(),
                        "TAILRACE_GROUPS_OFFSETS_RETENTION_CHECK_INTERVAL", "200ms",
                        "TAILRACE_GROUPS_INITIAL_REBALANCE_DELAY", "0ms"));
    }

    /** Another broker takes the groups over; the earlier one is not told. */
    GroupRuntime startBroker() throws SQLException {
        Map<String, String> settings =
                new HashMap<>(CoordinatorSettings.of(config(address).groups()));
        AbstractConfig parsed = new AbstractConfig(GroupCoordinatorConfig.CONFIG_DEF, settings, false);
        runtime = GroupRuntime.start(
                new GroupRuntime.Parts(
                        database,
                        new GroupCoordinatorConfig(parsed),
                        ShareGroupConfig.fromProps(Map.of()),
                        transactions,
                        timer,
                        1,
                        ++leaseEpoch),
                registry.all());
        topics.addListener(runtime.topicListener());
        runtimes.add(runtime);
        runtime.load();
        return runtime;
    }

    void restart() throws SQLException {
        runtime.close();
        startBroker();
    }

    GroupCoordinator groups() {
        return runtime.coordinator();
    }

    Topic topic(String name) {
        return topics.getOrCreate(name).join();
    }

    void delete(Topic topic) {
        topics.delete(topic).join();
    }

    static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(Duration.ofSeconds(30).toSeconds(), TimeUnit.SECONDS);
    }

    static AuthorizableRequestContext context(ApiKeys key) {
        return new Context(key.id, key.latestVersion());
    }

    private record Context(int requestType, int requestVersion) implements AuthorizableRequestContext {
        @Override
        public String listenerName() {
            return "PLAINTEXT";
        }

        @Override
        public SecurityProtocol securityProtocol() {
            return SecurityProtocol.PLAINTEXT;
        }

        @Override
        public KafkaPrincipal principal() {
            return KafkaPrincipal.ANONYMOUS;
        }

        @Override
        public InetAddress clientAddress() {
            return InetAddress.getLoopbackAddress();
        }

        @Override
        public String clientId() {
            return "client";
        }

        @Override
        public int correlationId() {
            return 1;
        }
    }

    /** Commits as a consumer without a group membership does, and tells the error. */
    Errors commit(GroupCoordinator groups, String group, Topic topic, int partition, long offset) throws Exception {
        return commit(groups, new OffsetCommitRequestData().setGroupId(group), topic, partition, offset);
    }

    /** As clients of old versions could, which named a retention. */
    void commitFor(Duration retention, String group, Topic topic, int partition, long offset) throws Exception {
        OffsetCommitRequestData request =
                new OffsetCommitRequestData().setGroupId(group).setRetentionTimeMs(retention.toMillis());
        commit(groups(), request, topic, partition, offset);
    }

    private static Errors commit(
            GroupCoordinator groups, OffsetCommitRequestData request, Topic topic, int partition, long offset)
            throws Exception {
        request.topics()
                .add(new OffsetCommitRequestTopic()
                        .setName(topic.name())
                        .setTopicId(topic.uuid())
                        .setPartitions(List.of(new OffsetCommitRequestPartition()
                                .setPartitionIndex(partition)
                                .setCommittedOffset(offset)
                                .setCommittedMetadata("m" + offset))));
        return Errors.forCode(await(groups.commitOffsets(context(ApiKeys.OFFSET_COMMIT), request))
                .topics()
                .get(0)
                .partitions()
                .get(0)
                .errorCode());
    }

    Errors commit(String group, Topic topic, int partition, long offset) throws Exception {
        return commit(groups(), group, topic, partition, offset);
    }

    Errors commitInTransaction(OffsetProducer producer, String group, Topic topic, int partition, long offset)
            throws Exception {
        TxnOffsetCommitRequestData request = new TxnOffsetCommitRequestData()
                .setGroupId(group)
                .setTransactionalId("t")
                .setProducerId(producer.producerId())
                .setProducerEpoch(producer.producerEpoch());
        request.topics()
                .add(new TxnOffsetCommitRequestTopic()
                        .setName(topic.name())
                        .setPartitions(List.of(new TxnOffsetCommitRequestPartition()
                                .setPartitionIndex(partition)
                                .setCommittedOffset(offset)
                                .setCommittedMetadata("m" + offset))));
        return Errors.forCode(await(groups().commitTransactionalOffsets(context(ApiKeys.TXN_OFFSET_COMMIT), request))
                .topics()
                .get(0)
                .partitions()
                .get(0)
                .errorCode());
    }

    /** Loading shards are waited for. */
    OffsetFetchResponsePartitions fetch(String group, Topic topic, int partition, boolean requireStable)
            throws Exception {
        OffsetFetchRequestGroup request = new OffsetFetchRequestGroup()
                .setGroupId(group)
                .setTopics(List.of(new OffsetFetchRequestTopics()
                        .setName(topic.name())
                        .setTopicId(topic.uuid())
                        .setPartitionIndexes(List.of(partition))));
        return fetch(request, requireStable).topics().get(0).partitions().get(0);
    }

    OffsetFetchResponseGroup fetch(OffsetFetchRequestGroup request, boolean requireStable) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (true) {
            OffsetFetchResponseGroup found =
                    await(groups().fetchOffsets(context(ApiKeys.OFFSET_FETCH), request, requireStable)
                            .exceptionally(thrown -> new OffsetFetchResponseGroup()
                                    .setErrorCode(Errors.forException(thrown).code())));
            Errors error = Errors.forCode(found.errorCode());
            if (error == Errors.NONE) {
                return found;
            }
            if (!(error.exception() instanceof RetriableException) || System.nanoTime() > deadline) {
                throw error.exception();
            }
            Thread.sleep(20);
        }
    }

    long fetch(String group, Topic topic, int partition) throws Exception {
        return fetch(group, topic, partition, false).committedOffset();
    }

    /** Waits until every shard answers. */
    void awaitLoaded() throws Exception {
        Topic topic = topic("loaded");
        for (int i = 0; i < 200; i++) {
            fetch("loaded-" + i, topic, 0);
        }
    }

    List<String> query(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = address.connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                rows.add(result.getString(1));
            }
        }
        return rows;
    }

    @Override
    public void close() {
        runtimes.forEach(GroupRuntime::close);
        timer.shutdownNow();
        database.close();
    }
}
