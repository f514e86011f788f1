package io.tailrace.broker.log;

import io.tailrace.broker.log.recent.RecentMemory;
import io.tailrace.broker.sql.Database;
import io.tailrace.broker.topic.NewTopicDefaults;
import io.tailrace.broker.topic.Topic;
import io.tailrace.broker.topic.TopicRegistry;
import io.tailrace.broker.topic.TopicService;
import io.tailrace.broker.topic.TopicSettings;
import io.tailrace.config.BrokerConfig;
import io.tailrace.config.ConfigLoader;
import io.tailrace.local.PostgresAddress;
import io.tailrace.schema.Migrations;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;

/** A log on a Postgres, without the network. Owns: what it is made of. */
public final class LogFixture implements AutoCloseable {

    private final PostgresAddress address;
    private final int leaseEpoch;
    private final Database database;
    private final TopicRegistry registry = new TopicRegistry();
    private final PartitionTable partitions;
    private final TopicService topics;
    private final LogAppends appends;

    /** Opens the log that the database holds, or a new one. */
    public LogFixture(PostgresAddress address, int leaseEpoch) throws SQLException {
        this(address, leaseEpoch, 0);
    }

    /** Likewise, with memory for the newest batches. */
    public LogFixture(PostgresAddress address, int leaseEpoch, long recentBytes) throws SQLException {
        this.partitions = new PartitionTable(new RecentMemory(recentBytes));
        this.address = address;
        this.leaseEpoch = leaseEpoch;
        this.database = new Database(
                ConfigLoader.load(
                                BrokerConfig.class,
                                null,
                                Map.of(
                                        "TAILRACE_POSTGRES_HOST", address.host(),
                                        "TAILRACE_POSTGRES_PORT", Integer.toString(address.port()),
                                        "TAILRACE_POSTGRES_DATABASE", address.database(),
                                        "TAILRACE_POSTGRES_USER", address.user(),
                                        "TAILRACE_POSTGRES_PASSWORD", address.password()))
                        .postgres(),
                2);
        Migrations.migrate(database.generalPool());
        this.topics = new TopicService(
                database,
                registry,
                Runnable::run,
                ForkJoinPool.commonPool(),
                new NewTopicDefaults(1, 10, Map.of()),
                leaseEpoch);
        topics.addListener(partitions);
        topics.load();
        database.inTransaction(connection -> {
            partitions.takeOver(connection, registry.all(), leaseEpoch);
            return registry;
        });
        this.appends = new LogAppends(
                database,
                new LogAppends.Settings(1, 1 << 20, 1 << 24, Duration.ofSeconds(30), Duration.ofDays(1)),
                leaseEpoch,
                id -> ProducerEpochs.NOT_TRANSACTIONAL,
                AppendFence.NONE,
                Time.SYSTEM);
    }

    public PostgresAddress address() {
        return address;
    }

    public Database database() {
        return database;
    }

    public TopicRegistry registry() {
        return registry;
    }

    public TopicService topics() {
        return topics;
    }

    public PartitionTable partitions() {
        return partitions;
    }

    public LogAppends appends() {
        return appends;
    }

    public LogStartOffsets logStarts() {
        return new LogStartOffsets(leaseEpoch);
    }

    /** A new topic. */
    public Topic createTopic(String name, int partitionCount, Map<String, String> config) {
        return topics.create(name, partitionCount, config, false).join();
    }

    /** The only partition of a new topic. */
    public Partition createPartition(String topic, Map<String, String> config) {
        return partitions.partition(createTopic(topic, 1, config), 0).orElseThrow();
    }

    /** Gives a topic other settings, as a request would. */
    public void alter(Partition partition, Map<String, String> config) {
        Topic topic = partition.topic();
        partitions.onChanged(new Topic(
                topic.id(), topic.uuid(), topic.name(), topic.partitions(), TopicSettings.of(Map.of(), config)));
    }

    /** Appends a batch and waits for it. @return the offset of its first record */
    public long append(Partition partition, List<SimpleRecord> batch) throws Exception {
        MemoryRecords memory = MemoryRecords.withRecords(Compression.NONE, batch.toArray(SimpleRecord[]::new));
        return appends.append(partition, memory, Batches.PRODUCE_VERSION, true)
                .get(30, TimeUnit.SECONDS)
                .baseOffset();
    }

    /** A record of text. */
    public static SimpleRecord record(long timestampMs, @Nullable String key, @Nullable String value) {
        return new SimpleRecord(timestampMs, bytes(key), bytes(value));
    }

    private static byte @Nullable [] bytes(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    /** The first column. */
    public List<String> query(String sql) throws SQLException {
        try (Connection connection = address.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    public long number(String sql) throws SQLException {
        return Long.parseLong(query(sql).get(0));
    }

    public void execute(String sql) throws SQLException {
        try (Connection connection = address.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() {
        appends.close();
        database.close();
    }
}
