package io.tailrace.broker.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tailrace.broker.log.AppendObserver;
import io.tailrace.broker.net.BrokerServer;
import io.tailrace.broker.net.TrafficCounter;
import io.tailrace.broker.telemetry.PushedMetrics;
import io.tailrace.broker.topic.Topic;
import io.tailrace.broker.topic.TopicRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * The broker's metrics. Thread-safe; costs a few counters a request.
 *
 * <p>Owns: the registry, and the listener for garbage collections.
 */
public final class BrokerMetrics implements AppendObserver, AutoCloseable {

    private record RequestKey(ApiKeys api, Errors error) {}

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final ConcurrentMap<RequestKey, Counter> requests = new ConcurrentHashMap<>();
    private final Map<ApiKeys, Timer> durations = new EnumMap<>(ApiKeys.class);
    private final Timer commits;
    private final DistributionSummary groupRecords;
    private final DistributionSummary groupBytes;

    /** Begins to measure. */
    public BrokerMetrics(TopicRegistry topics) {
        for (ApiKeys api : ApiKeys.values()) {
            durations.put(
                    api,
                    Timer.builder("tailrace.request.duration")
                            .description("From a request's dispatch to its answer, waiting included")
                            .tag("api", api.name)
                            .register(registry));
        }
        this.commits = Timer.builder("tailrace.append.duration")
                .description("One Postgres transaction that writes records, from its first statement to its commit")
                .register(registry);
        this.groupRecords = DistributionSummary.builder("tailrace.append.records")
                .description("Records that one Postgres transaction wrote")
                .register(registry);
        this.groupBytes = DistributionSummary.builder("tailrace.append.bytes")
                .description("Bytes of the rows that one Postgres transaction wrote")
                .register(registry);
        Gauge.builder("tailrace.topics", topics, all -> all.all().size()).register(registry);
        Gauge.builder("tailrace.partitions", topics, BrokerMetrics::partitions).register(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    private static double partitions(TopicRegistry topics) {
        return topics.all().stream().mapToInt(Topic::partitions).sum();
    }

    /** Counts the bytes and connections of a server, too. */
    public void observe(BrokerServer server) {
        TrafficCounter traffic = server.traffic();
        FunctionCounter.builder("tailrace.network.received.bytes", traffic, TrafficCounter::receivedBytes)
                .register(registry);
        FunctionCounter.builder("tailrace.network.sent.bytes", traffic, TrafficCounter::sentBytes)
                .register(registry);
        Gauge.builder("tailrace.connections", server, BrokerServer::connections).register(registry);
    }

    /** Shows what clients pushed, too. */
    public void observe(PushedMetrics pushed) {
        registry.getPrometheusRegistry().register(pushed);
        Gauge.builder("tailrace.telemetry.series", pushed, PushedMetrics::series)
                .description("Series that clients pushed")
                .register(registry);
        FunctionCounter.builder("tailrace.telemetry.refused", pushed, PushedMetrics::refused)
                .description("Numbers of clients that were left out, because there are too many series")
                .register(registry);
    }

    /** Shows the state of the broker's parts, too. */
    public void observe(BrokerState state) {
        state.bindTo(registry);
    }

    /** A request was answered, or failed, after so long. */
    void onAnswered(ApiKeys api, Map<Errors, Integer> errors, long durationNs) {
        Timer timer = durations.get(api);
        if (timer != null) {
            timer.record(durationNs, TimeUnit.NANOSECONDS);
        }
        errors.keySet().forEach(error -> counter(new RequestKey(api, error)).increment());
        if (errors.isEmpty()) {
            counter(new RequestKey(api, Errors.NONE)).increment();
        }
    }

    private Counter counter(RequestKey key) {
        return requests.computeIfAbsent(key, request -> Counter.builder("tailrace.requests")
                .description("Requests by API, once for each error that the answer holds")
                .tag("api", request.api().name)
                .tag("error", request.error().name())
                .register(registry));
    }

    @Override
    public void onCommitted(long records, long bytes, long durationNs) {
        commits.record(durationNs, TimeUnit.NANOSECONDS);
        groupRecords.record((double) records);
        groupBytes.record((double) bytes);
    }

    /** Everything, in Prometheus's text format. */
    public String text() {
        return registry.scrape();
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
