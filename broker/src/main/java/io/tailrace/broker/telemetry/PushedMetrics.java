package io.tailrace.broker.telemetry;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.tailrace.broker.telemetry.Sample.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * What clients pushed last, for Prometheus. Of each client there are so many series at most, and of all together; what is
 * above is counted and left out. A client that pushes no more is forgotten after a while. Thread-safe (guarded by itself).
 */
public final class PushedMetrics implements MultiCollector {

    private static final String HELP = "Pushed by clients (KIP-714)";
    private static final int CLIENT_SHARE = 10;

    private static final class Client {
        private final Map<Sample.Key, Double> values = new HashMap<>();
        private long expiresAtMs;
    }

    private record Family(Kind kind, List<Map.Entry<Sample.Key, Double>> points) {}

    private final int maxSeries;
    private final LongSupplier clockMs;
    private final Map<Uuid, Client> clients = new LinkedHashMap<>();
    private int series;
    private long refused;

    /** @param maxSeries of all clients together; one client may have a tenth of it */
    PushedMetrics(int maxSeries, LongSupplier clockMs) {
        this.maxSeries = maxSeries;
        this.clockMs = clockMs;
    }

    /** Takes what a client pushed; it counts for so long unless the client pushes again. */
    synchronized void accept(Uuid instance, List<Sample> samples, long forMs) {
        expire();
        Client client = clients.computeIfAbsent(instance, id -> new Client());
        client.expiresAtMs = clockMs.getAsLong() + forMs;
        samples.forEach(sample -> accept(client, sample));
    }

    private void accept(Client client, Sample sample) {
        @Nullable Double before = client.values.get(sample.key());
        if (before != null) {
            client.values.put(sample.key(), sample.isDelta() ? before + sample.value() : sample.value());
        } else if (series < maxSeries && client.values.size() < Math.max(1, maxSeries / CLIENT_SHARE)) {
            series++;
            client.values.put(sample.key(), sample.value());
        } else {
            refused++;
        }
    }

    private void expire() {
        long nowMs = clockMs.getAsLong();
        clients.values().removeIf(client -> {
            boolean expired = client.expiresAtMs <= nowMs;
            series -= expired ? client.values.size() : 0;
            return expired;
        });
    }

    /** How many series there are. */
    public synchronized int series() {
        return series;
    }

    /** How many numbers were left out because there were too many series. */
    public synchronized long refused() {
        return refused;
    }

    @Override
    public synchronized MetricSnapshots collect() {
        expire();
        Map<String, Family> families = new TreeMap<>();
        for (Client client : clients.values()) {
            client.values.entrySet().forEach(point -> add(families, point));
        }
        List<MetricSnapshot> snapshots = new ArrayList<>();
        families.forEach((name, family) -> snapshots.add(snapshot(name, family)));
        return new MetricSnapshots(snapshots);
    }

    /** Where clients disagree whether a metric counts or shows, who came first is right: Prometheus knows one kind. */
    private static void add(Map<String, Family> families, Map.Entry<Sample.Key, Double> point) {
        Kind kind = point.getKey().kind();
        Family family = families.computeIfAbsent(point.getKey().name(), name -> new Family(kind, new ArrayList<>()));
        if (family.kind() == kind) {
            family.points().add(point);
        }
    }

    private static MetricSnapshot snapshot(String name, Family family) {
        MetricMetadata metadata = new MetricMetadata(name, HELP);
        return switch (family.kind()) {
            case COUNTER ->
                new CounterSnapshot(
                        metadata,
                        family.points().stream()
                                .map(point -> CounterDataPointSnapshot.builder()
                                        .value(point.getValue())
                                        .labels(point.getKey().labels())
                                        .build())
                                .toList());
            case GAUGE ->
                new GaugeSnapshot(
                        metadata,
                        family.points().stream()
                                .map(point -> GaugeDataPointSnapshot.builder()
                                        .value(point.getValue())
                                        .labels(point.getKey().labels())
                                        .build())
                                .toList());
        };
    }
}
