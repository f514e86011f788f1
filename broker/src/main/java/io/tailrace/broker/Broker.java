package io.tailrace.broker;

import io.tailrace.broker.api.ApiTable;
import io.tailrace.broker.api.ClusterApis;
import io.tailrace.broker.api.ClusterIdentity;
import io.tailrace.broker.api.TelemetryApis;
import io.tailrace.broker.api.TopicResolver;
import io.tailrace.broker.api.config.ConfigApis;
import io.tailrace.broker.api.group.GroupApis;
import io.tailrace.broker.api.log.FetchSessions;
import io.tailrace.broker.api.log.LogApis;
import io.tailrace.broker.api.log.ResponseMemory;
import io.tailrace.broker.api.topic.TopicApis;
import io.tailrace.broker.cleaner.Cleaner;
import io.tailrace.broker.config.BrokerSettings;
import io.tailrace.broker.config.ConfigChanges;
import io.tailrace.broker.config.DynamicConfigs;
import io.tailrace.broker.config.FixedSettings;
import io.tailrace.broker.group.GroupRuntime;
import io.tailrace.broker.log.AppendFence;
import io.tailrace.broker.log.LogAppends;
import io.tailrace.broker.log.LogReader;
import io.tailrace.broker.log.LogStartOffsets;
import io.tailrace.broker.log.OffsetFinder;
import io.tailrace.broker.log.PartitionTable;
import io.tailrace.broker.log.ProducerExpiry;
import io.tailrace.broker.log.recent.RecentMemory;
import io.tailrace.broker.metrics.BrokerMetrics;
import io.tailrace.broker.metrics.BrokerState;
import io.tailrace.broker.metrics.MeteredDispatcher;
import io.tailrace.broker.migration.MigrationWatch;
import io.tailrace.broker.migration.MoveGate;
import io.tailrace.broker.net.BrokerServer;
import io.tailrace.broker.outbox.Outbox;
import io.tailrace.broker.outbox.OutboxBacklog;
import io.tailrace.broker.outbox.SqlTopicDefaults;
import io.tailrace.broker.protocol.RequestDispatcher;
import io.tailrace.broker.protocol.ServedApis;
import io.tailrace.broker.quota.ClientQuotas;
import io.tailrace.broker.quota.QuotaGate;
import io.tailrace.broker.sql.Database;
import io.tailrace.broker.telemetry.ClientTelemetry;
import io.tailrace.broker.topic.NewTopicDefaults;
import io.tailrace.broker.topic.TopicRegistry;
import io.tailrace.broker.topic.TopicService;
import io.tailrace.broker.txn.TransactionCoordinator;
import io.tailrace.broker.txn.TransactionGroups;
import io.tailrace.config.BrokerConfig;
import io.tailrace.config.ListenerConfig;
import io.tailrace.config.MetricsSettings;
import io.tailrace.config.TopicDefaults;
import io.tailrace.config.monitoring.MonitoringServer;
import io.tailrace.config.monitoring.Page;
import io.tailrace.schema.Migrations;
import io.tailrace.schema.PostgresRequirements;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.utils.Time;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running broker.
 *
 * <p>Thread-safe. Owns: everything that it is made of, which it closes in reverse order.
 */
public final class Broker implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(Broker.class);
    private static final Duration EXPIRY_INTERVAL = Duration.ofHours(1);
    private static final Duration BACKLOG_INTERVAL = Duration.ofSeconds(10);
    private static final Duration REMOVAL_INTERVAL = Duration.ofMinutes(10);

    /** Clients of a moved cluster have gone on long before; then what is left of their connections is closed. */
    private static final Duration LEFTOVER_AGE = Duration.ofMinutes(1);

    private static final Duration LEFTOVER_INTERVAL = Duration.ofSeconds(10);

    /** The rest is for requests that go through behind a fence. */
    private static final long FENCED_SHARE_OF_REQUEST_MEMORY = 4;

    private final Deque<AutoCloseable> owned = new ArrayDeque<>();
    private final AtomicInteger advertisedPort = new AtomicInteger();
    private final BrokerServer server;

    private Broker(BrokerConfig config) {
        try {
            this.server = start(config, Time.SYSTEM);
        } catch (SQLException e) {
            close();
            throw new BrokerException(
                    "The broker cannot start, for Postgres ("
                            + config.postgres().host() + ":" + config.postgres().port() + "/"
                            + config.postgres().database() + ") says: " + e.getMessage(),
                    e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Migrates the schema, takes the database over and begins to listen; returns when clients may come.
     *
     * @throws BrokerException if it cannot; likewise the exceptions of the schema and the network, each with a sentence
     *     for the person who starts it
     */
    public static Broker start(BrokerConfig config) {
        return new Broker(config);
    }

    private BrokerServer start(BrokerConfig config, Time time) throws SQLException {
        Database database = own(new Database(config.postgres(), config.log().fetchThreads()));
        DataSource unpooled = database.unpooled("tailrace-schema");
        PostgresRequirements.checkForBroker(unpooled);
        Migrations.migrate(unpooled);
        BrokerLease lease = own(BrokerLease.acquire(database, time));
        MigrationWatch migration =
                own(new MigrationWatch(database, lease.epoch(), config.broker().nodeId()));
        BrokerThreads threads = own(new BrokerThreads(config.log().fetchThreads()));

        TopicRegistry registry = new TopicRegistry();
        RecentMemory recentMemory = new RecentMemory(config.log().recentBytes());
        PartitionTable partitions = new PartitionTable(recentMemory);
        migration.onReturn(partitions::reload);
        migration.onReconnect(partitions::findLost);
        DynamicConfigs configs = new DynamicConfigs(database);
        configs.load();
        BrokerSettings settings = new BrokerSettings(config.broker().nodeId(), FixedSettings.of(config), configs);
        TopicService topics = new TopicService(
                database,
                registry,
                threads.topics(),
                threads.maintenance(),
                defaults(config.topics(), settings),
                lease.epoch());
        topics.addListener(partitions);
        topics.load();
        database.inTransaction(connection -> {
            partitions.takeOver(connection, registry.all(), lease.epoch());
            return registry;
        });
        GroupRuntime groups = own(GroupRuntime.start(groupParts(settings, database, threads, lease), registry.all()));
        topics.addListener(groups.topicListener());
        configs.addListener((resource, set) -> {
            if (resource.type() == ConfigResource.Type.GROUP) {
                groups.configure(resource.name(), set);
            }
        });
        TransactionWiring transactions = TransactionWiring.load(
                database, threads, lease, partitions, groups.coordinator(), config.transactions(), time);
        LogAppends appends = own(new LogAppends(
                database, appendSettings(config), lease.epoch(), transactions.coordinator(), migration, time));
        SqlTopicDefaults sqlDefaults = new SqlTopicDefaults(database, settings::topicDefaults);
        sqlDefaults.save();
        configs.addListener(sqlDefaults);
        own(new Outbox(database, partitions, appends, config.outbox().pollInterval()));
        LogStartOffsets logStarts = new LogStartOffsets(lease.epoch());
        Cleaner cleaner = own(new Cleaner(database, partitions, logStarts, config.cleaner(), time));
        OutboxBacklog backlog = new OutboxBacklog(database);
        ClientQuotas quotas = own(new ClientQuotas(database, threads.topics(), time));
        quotas.load();
        ResponseMemory responseMemory = new ResponseMemory(config.broker().maxResponseMemoryBytes());
        FetchSessions sessions = new FetchSessions(registry, config.log().fetchSessions(), time);
        ClusterIdentity cluster = identity(config.broker(), lease.clusterId());
        TopicResolver resolver = new TopicResolver(registry, partitions);
        Optional<ClientTelemetry> telemetry = telemetry(config.metrics(), configs, time);
        Set<ApiKeys> served = ApiTable.served(telemetry.isPresent());
        ApiTable apis = new ApiTable(
                served,
                List.of(
                        ClusterApis.of(
                                served,
                                cluster,
                                registry,
                                topics,
                                config.topics().autoCreate()),
                        TopicApis.of(new TopicApis.Parts(
                                cluster,
                                registry,
                                resolver,
                                topics,
                                ConfigApis.topicDescriber(settings),
                                logStarts,
                                database.generalPool(),
                                threads.general())),
                        ConfigApis.of(
                                registry, configs, settings, configChanges(configs, settings, topics, threads), quotas),
                        LogApis.of(logParts(
                                config,
                                database,
                                threads,
                                resolver,
                                appends,
                                transactions.coordinator(),
                                migration,
                                sessions,
                                quotas,
                                responseMemory)),
                        GroupApis.of(cluster, registry, groups.coordinator()),
                        transactions.apis(resolver, migration),
                        telemetry.map(TelemetryApis::of).orElse(Map.of())));
        transactions.startUpkeep();
        maintain(threads, topics, new ProducerExpiry(database, config.log().producerIdExpiration()));
        MoveGate gate = new MoveGate(
                apis,
                migration,
                cluster,
                threads.timer(),
                config.broker().maxRequestMemoryBytes() / FENCED_SHARE_OF_REQUEST_MEMORY);
        RequestDispatcher handlers = new QuotaGate(gate, quotas);
        BrokerServer started = listen(config, apis::isServed, handlers, registry, metrics -> {
            appends.observe(metrics);
            threads.maintainEvery(BACKLOG_INTERVAL, backlog::refresh);
            metrics.observe(new BrokerState(
                    partitions,
                    recentMemory,
                    transactions.coordinator(),
                    groups,
                    quotas,
                    sessions,
                    responseMemory,
                    backlog,
                    cleaner));
            telemetry.map(ClientTelemetry::pushed).ifPresent(metrics::observe);
        });
        threads.maintainEvery(LEFTOVER_INTERVAL, () -> closeLeftovers(migration, started));
        groups.load();
        return started;
    }

    private static void closeLeftovers(MigrationWatch migration, BrokerServer server) {
        if (migration.movedFor().compareTo(LEFTOVER_AGE) >= 0) {
            server.closeOlderThan(LEFTOVER_AGE);
        }
    }

    /** Clients push to a broker that shows what they push, and only there. */
    private Optional<ClientTelemetry> telemetry(MetricsSettings settings, DynamicConfigs configs, Time time) {
        if (settings.port() == 0 || !settings.clientTelemetry()) {
            return Optional.empty();
        }
        ClientTelemetry telemetry =
                own(new ClientTelemetry(settings.clientTelemetryMaxBytes(), settings.clientTelemetryMaxSeries(), time));
        configs.addListener(telemetry);
        return Optional.of(telemetry);
    }

    private static LogApis.Parts logParts(
            BrokerConfig config,
            Database database,
            BrokerThreads threads,
            TopicResolver topics,
            LogAppends appends,
            TransactionCoordinator transactions,
            AppendFence fence,
            FetchSessions sessions,
            ClientQuotas quotas,
            ResponseMemory responseMemory) {
        return new LogApis.Parts(
                topics,
                appends,
                new LogReader(database.fetchPool()),
                new OffsetFinder(database.generalPool()),
                transactions,
                fence,
                sessions,
                quotas,
                responseMemory,
                config.log().fetchMaxBytes(),
                threads.fetch(),
                threads.general());
    }

    private static GroupRuntime.Parts groupParts(
            BrokerSettings settings, Database database, BrokerThreads threads, BrokerLease lease) {
        return new GroupRuntime.Parts(
                database,
                settings.groups(),
                settings.shareGroups(),
                new TransactionGroups(),
                threads.timer(),
                settings.nodeId(),
                lease.epoch());
    }

    private <T extends AutoCloseable> T own(T part) {
        owned.push(part);
        return part;
    }

    private static NewTopicDefaults defaults(TopicDefaults topics, BrokerSettings settings) {
        return new NewTopicDefaults(topics.defaultPartitions(), topics.maxPartitions(), settings.topicDefaults());
    }

    private static ConfigChanges configChanges(
            DynamicConfigs configs, BrokerSettings settings, TopicService topics, BrokerThreads threads) {
        ConfigChanges changes = new ConfigChanges(configs, settings, topics.changes(), threads.topics());
        configs.addListener(changes);
        return changes;
    }

    private static LogAppends.Settings appendSettings(BrokerConfig config) {
        return new LogAppends.Settings(
                config.log().appenders(),
                config.log().appendGroupBytes(),
                config.log().maxUncompressedBatchBytes(),
                config.log().appendTimeout(),
                config.log().producerIdExpiration());
    }

    private ClusterIdentity identity(ListenerConfig listener, String clusterId) {
        return new ClusterIdentity(clusterId, listener.nodeId(), advertisedHost(listener), advertisedPort::get);
    }

    private static String advertisedHost(ListenerConfig listener) {
        if (!listener.advertisedHost().isEmpty()) {
            return listener.advertisedHost();
        }
        if (!listener.bindsEveryAddress()) {
            return listener.host();
        }
        try {
            return InetAddress.getLocalHost().getCanonicalHostName();
        } catch (UnknownHostException e) {
            throw new BrokerException(
                    "This machine's name has no address, so clients cannot be told where to connect: set"
                            + " broker.advertised_host to the name or address by which they reach it.",
                    e);
        }
    }

    private static void maintain(BrokerThreads threads, TopicService topics, ProducerExpiry expiry) {
        threads.maintenance().execute(topics::removeRemains);
        threads.maintainEvery(REMOVAL_INTERVAL, topics::removeRemains);
        threads.maintainEvery(EXPIRY_INTERVAL, expiry::run);
    }

    private BrokerServer listen(
            BrokerConfig config,
            ServedApis served,
            RequestDispatcher handlers,
            TopicRegistry registry,
            Consumer<BrokerMetrics> measured) {
        if (config.metrics().port() == 0) {
            return listen(config.broker(), served, handlers);
        }
        BrokerMetrics metrics = own(new BrokerMetrics(registry));
        measured.accept(metrics);
        BrokerServer started = listen(config.broker(), served, new MeteredDispatcher(handlers, metrics));
        metrics.observe(started);
        own(MonitoringServer.start(
                config.metrics().host(),
                config.metrics().port(),
                Map.of("/metrics", () -> Page.metrics(metrics.text()))));
        return started;
    }

    private BrokerServer listen(ListenerConfig listener, ServedApis served, RequestDispatcher handlers) {
        BrokerServer started = own(BrokerServer.start(listener, served, handlers));
        advertisedPort.set(listener.advertisedPort() == 0 ? started.port() : listener.advertisedPort());
        return started;
    }

    /** The port that is bound. */
    public int port() {
        return server.port();
    }

    /** Takes no more requests, answers those under way, and closes everything, in bounded time. Idempotent. */
    @Override
    public synchronized void close() {
        while (!owned.isEmpty()) {
            try {
                owned.pop().close();
            } catch (Exception e) {
                LOGGER.atWarn().setCause(e).log("closing a part of the broker failed");
            }
        }
    }
}
