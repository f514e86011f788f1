package io.tailrace.forwarder;

import io.tailrace.config.ForwarderConfig;
import io.tailrace.config.ForwarderMetricsSettings;
import io.tailrace.config.ReplicationConfig;
import io.tailrace.config.ShadowSettings;
import io.tailrace.config.monitoring.MonitoringServer;
import io.tailrace.config.monitoring.Page;
import io.tailrace.forwarder.catchup.LogTable;
import io.tailrace.forwarder.checkpoint.IdentityStore;
import io.tailrace.forwarder.checkpoint.PositionStore;
import io.tailrace.forwarder.groups.GroupReport;
import io.tailrace.forwarder.groups.GroupSync;
import io.tailrace.forwarder.metrics.ForwarderMetrics;
import io.tailrace.forwarder.metrics.Health;
import io.tailrace.forwarder.metrics.PartitionLags;
import io.tailrace.forwarder.pipeline.Pipeline;
import io.tailrace.forwarder.pipeline.PipelineConfig;
import io.tailrace.forwarder.redirect.ClientView;
import io.tailrace.forwarder.redirect.TargetMetadataKeeper;
import io.tailrace.forwarder.refused.SetAside;
import io.tailrace.forwarder.retry.Backoff;
import io.tailrace.forwarder.reverse.ReverseShadow;
import io.tailrace.forwarder.route.NamePatterns;
import io.tailrace.forwarder.route.TopicRules;
import io.tailrace.forwarder.route.TopicStore;
import io.tailrace.forwarder.sink.DeadLetterTopic;
import io.tailrace.forwarder.sink.TargetSettings;
import io.tailrace.forwarder.sink.TargetTopics;
import io.tailrace.forwarder.source.SourceSession;
import io.tailrace.forwarder.verify.ContinuousVerifier;
import io.tailrace.schema.PostgresRequirements;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The forwarder. Once started it needs no help: whatever fails, Postgres or the target, it says so and tries again.
 * Thread-safe. Owns: its threads, connections and the server of its metrics.
 */
public final class Forwarder implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Forwarder.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(90);

    private final ForwarderStats stats;
    private final GroupSync groups;
    private final ForwardingLoop loop;
    private final ContinuousVerifier verifier;
    private final TargetMetadataKeeper targetMetadata;
    private final Thread thread;
    private @Nullable ForwarderMetrics metrics;
    private @Nullable MonitoringServer server;

    private Forwarder(
            ForwarderStats stats,
            GroupSync groups,
            ForwardingLoop loop,
            ContinuousVerifier verifier,
            TargetMetadataKeeper targetMetadata) {
        this.stats = stats;
        this.groups = groups;
        this.loop = loop;
        this.verifier = verifier;
        this.targetMetadata = targetMetadata;
        this.thread = new Thread(loop, "tailrace-forwarder");
    }

    /**
     * Starts forwarding. A Postgres or a target that does not answer yet is waited for.
     *
     * @throws io.tailrace.config.ConfigException if a producer setting would break what the forwarder promises
     * @throws io.tailrace.schema.SchemaException if Postgres answers, but cannot be used as it is
     */
    public static Forwarder start(ForwarderConfig config) {
        ReplicationConfig replication = config.replication();
        TargetSettings settings = new TargetSettings(config.kafka(), replication.maxInFlightBytes());
        ClientView clientView = ClientView.of(settings.admin(), config.migration());
        DataSource dataSource = SourceSession.dataSource(config.postgres());
        check(dataSource);
        ForwarderStats stats = new ForwarderStats();
        ForwarderStatus status = new ForwarderStatus();
        Backoff backoff = new Backoff(replication.restartBackoff(), replication.restartBackoffMax());
        Pipeline pipeline = new Pipeline(
                new PipelineConfig(
                        replication.maxInFlightBytes(),
                        replication.maxUncompressedBatchBytes(),
                        replication.checkpointInterval(),
                        replication.topicRefreshInterval(),
                        backoff),
                settings,
                new TargetTopics(
                        settings,
                        config.kafka().bootstrapServers(),
                        config.kafka().replicationFactor(),
                        new NamePatterns(config.shadow().excludeSettingsPatterns())),
                new PositionStore(replication.slot()),
                new IdentityStore(replication.slot()),
                new TopicStore(replication.slot(), rules(config.shadow())),
                new LogTable(replication.catchUpFetchRows(), replication.maxUncompressedBatchBytes()),
                stats,
                setAside(config, settings));
        GroupSync groups = GroupSync.start(replication.slot(), settings, dataSource, config.groupSync());
        ReverseShadow reverse = new ReverseShadow(
                replication.slot(),
                settings,
                config.shadow().includePatterns(),
                config.shadow().excludePatterns(),
                stats);
        PartitionLags lags = config.metrics().port() == 0 ? null : new PartitionLags(replication.slot());
        Forwarder forwarder = new Forwarder(
                stats,
                groups,
                new ForwardingLoop(config, dataSource, pipeline, groups, reverse, backoff, stats, status, lags),
                new ContinuousVerifier(config, dataSource, settings),
                TargetMetadataKeeper.start(dataSource, clientView, replication.slot()));
        if (lags != null) {
            forwarder.serve(config.metrics(), status, lags);
        }
        forwarder.thread.start();
        forwarder.verifier.start();
        return forwarder;
    }

    private static TopicRules rules(ShadowSettings shadow) {
        return new TopicRules(shadow.includePatterns(), shadow.excludePatterns());
    }

    /** Null where refused records stop their partition. */
    private static @Nullable SetAside setAside(ForwarderConfig config, TargetSettings settings) {
        ReplicationConfig replication = config.replication();
        if (!replication.setsAside()) {
            return null;
        }
        DeadLetterTopic topic = replication.deadLetterTopic().isEmpty()
                ? null
                : new DeadLetterTopic(
                        settings, replication.deadLetterTopic(), config.kafka().replicationFactor());
        return new SetAside(replication.slot(), topic);
    }

    private void serve(ForwarderMetricsSettings settings, ForwarderStatus status, PartitionLags lags) {
        ForwarderMetrics served = new ForwarderMetrics(stats, status, lags);
        Health health = new Health(stats, status, thread::isAlive);
        metrics = served;
        server = MonitoringServer.start(
                settings.host(),
                settings.port(),
                Map.of(
                        "/metrics", () -> Page.metrics(served.text()),
                        "/ready", health::ready,
                        "/live", health::live));
        LOGGER.atInfo()
                .addKeyValue("host", settings.host())
                .addKeyValue("port", settings.port())
                .log("serving metrics");
    }

    private static void check(DataSource dataSource) {
        try (Connection reachable = dataSource.getConnection()) {
            LOGGER.atDebug()
                    .addKeyValue("url", reachable.getMetaData().getURL())
                    .log("Postgres answers");
        } catch (SQLException unreachable) {
            return;
        }
        PostgresRequirements.checkForForwarder(dataSource);
    }

    public ForwarderStats stats() {
        return stats;
    }

    /** What came of consumer groups the last time. */
    public GroupReport groups() {
        return groups.last();
    }

    /**
     * Stops: what was sent is acknowledged and its position saved, so that the next start repeats nothing. Waits for a
     * bounded time; a target that does not answer keeps it no longer than that.
     */
    @Override
    public void close() {
        targetMetadata.close();
        loop.stop();
        verifier.close();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(CLOSE_TIMEOUT.toSeconds()));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOGGER.atWarn().log("the forwarder does not end; it is interrupted");
            thread.interrupt();
        }
        if (server != null) {
            server.close();
        }
        if (metrics != null) {
            metrics.close();
        }
    }
}
