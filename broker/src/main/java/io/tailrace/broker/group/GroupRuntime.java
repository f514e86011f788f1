package io.tailrace.broker.group;

import com.yammer.metrics.core.MetricsRegistry;
import io.tailrace.broker.sql.Database;
import io.tailrace.broker.topic.Topic;
import io.tailrace.broker.topic.TopicListener;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.GroupCoordinatorService;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorRuntimeMetrics;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.server.share.persister.NoOpStatePersister;
import org.apache.kafka.server.util.timer.SystemTimer;
import org.apache.kafka.server.util.timer.SystemTimerReaper;

/**
 * Apache Kafka's group coordinator, put together with what keeps it in Postgres.
 *
 * <p>Thread-safe. Owns: the coordinator with its threads and timer, the threads that load shards and that tell of topics,
 * the connections.
 */
public final class GroupRuntime implements AutoCloseable {

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final int LOADER_THREADS = 2;

    private final int shards;
    private final ShardConnections connections;
    private final Metrics metrics = new Metrics();
    private final MetricsRegistry classicMetrics = new MetricsRegistry();
    private final GroupCoordinatorService service;
    private final ShardElections elections;
    private final TopicImages topics;
    private final GroupCoordinator coordinator;
    private final ScheduledExecutorService timer;

    /**
     * What it is made of.
     *
     * @param settings what groups are like that do not say otherwise
     * @param timer ends waits; it must not be kept
     * @param leaseEpoch the epoch under which this broker writes
     */
    public record Parts(
            Database database,
            GroupCoordinatorConfig settings,
            ShareGroupConfig shareSettings,
            TransactionOutcomes transactions,
            ScheduledExecutorService timer,
            int nodeId,
            int leaseEpoch) {}

    private GroupRuntime(Parts parts, int shards) {
        this.shards = shards;
        this.connections = new ShardConnections(parts.database(), Time.SYSTEM);
        this.timer = parts.timer();
        GroupCoordinatorRecordSerde serde = new GroupCoordinatorRecordSerde();
        ShardWriter writer = new ShardWriter(connections, serde, parts.transactions(), this::reload);
        ShardLoader loader = new ShardLoader(
                connections,
                writer,
                serde,
                parts.transactions(),
                executor(LOADER_THREADS, "tailrace-group-loader"),
                parts.leaseEpoch(),
                Time.SYSTEM,
                this::reload,
                this::onShardLoaded);
        this.service = service(parts, writer, loader);
        this.elections = new ShardElections(service);
        this.topics = new TopicImages(service, parts.database(), executor(1, "tailrace-group-topics"), parts.nodeId());
        this.coordinator = new GroupCoordinator(service, new TransactionEnds(service, parts.timer()));
    }

    /**
     * Starts it without a group; until {@link #load} clients are told to ask again.
     *
     * @param topics those that exist; the listener is told of all others
     */
    public static GroupRuntime start(Parts parts, Collection<Topic> topics) throws SQLException {
        int shards = parts.database().inTransaction(ShardStore::countShards);
        GroupRuntime runtime = new GroupRuntime(parts, shards);
        runtime.service.startup(() -> shards);
        runtime.topics.start(topics);
        return runtime;
    }

    /**
     * Loads the groups in the background. To be called once, when clients can come: from here on the time runs within which
     * members must be heard of.
     */
    public void load() {
        elections.electAll(shards);
    }

    private GroupCoordinatorService service(Parts parts, ShardWriter writer, ShardLoader loader) {
        GroupCoordinatorConfig config = parts.settings();
        ShareGroupConfig shareConfig = parts.shareSettings();
        return new GroupCoordinatorService.Builder(parts.nodeId(), config)
                .withTime(Time.SYSTEM)
                .withTimer(new SystemTimerReaper("group-coordinator-reaper", new SystemTimer("group-coordinator")))
                .withLoader(loader)
                .withWriter(writer)
                .withCoordinatorRuntimeMetrics(new GroupCoordinatorRuntimeMetrics(metrics))
                .withGroupCoordinatorMetrics(new GroupCoordinatorMetrics(classicMetrics, metrics))
                .withGroupConfigManager(
                        new GroupConfigManager(config.extractGroupConfigMap(shareConfig), config, shareConfig))
                .withPersister(new NoOpStatePersister())
                .withAuthorizerPlugin(Optional.empty())
                .withPartitionMetadataClient(new NoEndOffsets())
                .build();
    }

    private static ScheduledExecutorService executor(int threads, String name) {
        AtomicInteger number = new AtomicInteger();
        ThreadFactory factory = task -> {
            Thread thread = new Thread(task, name + "-" + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
        return new ScheduledThreadPoolExecutor(threads, factory);
    }

    /** Called by threads of the writer and the loader, both of which begin to work when everything is there. */
    private void reload(int shard) {
        elections.reload(shard);
    }

    private void onShardLoaded() {
        topics.onShardLoaded();
    }

    public GroupCoordinator coordinator() {
        return coordinator;
    }

    /** Kafka's metrics of the coordinator. */
    public Metrics metrics() {
        return metrics;
    }

    /** Those of groups of the classic protocol, which Kafka keeps in another registry. */
    public MetricsRegistry classicMetrics() {
        return classicMetrics;
    }

    /** Learns of topics that come, change and go. */
    public TopicListener topicListener() {
        return topics;
    }

    /** This is set on a group from now on; nothing, and it is like all others. */
    public void configure(String group, Map<String, String> config) {
        Properties properties = new Properties();
        properties.putAll(config);
        service.updateGroupConfig(group, properties);
    }

    /** Ends in bounded time: a write that Postgres does not answer is cut off. */
    @Override
    public void close() {
        ScheduledFuture<?> cutOff = timer.schedule(connections::abort, CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        topics.close();
        service.shutdown();
        cutOff.cancel(false);
        connections.close();
        metrics.close();
        classicMetrics.shutdown();
    }
}
