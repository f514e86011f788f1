package io.tailrace.broker.metrics;

import com.yammer.metrics.core.Metric;
import com.yammer.metrics.core.MetricsRegistry;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;

/** Shows the metrics of Kafka's group coordinator, all of which are there from its start on, as gauges. Stateless. */
final class GroupGauges {

    private static final String CLASSIC_PREFIX = "NumGroups";
    private static final String OFFSETS = "NumOffsets";
    private static final String COUNT_SUFFIX = "-group-count";
    private static final Map<String, String> REBALANCES = Map.of(
            "group-completed-rebalance-count", "classic",
            "consumer-group-rebalance-count", "consumer",
            "streams-group-rebalance-count", "streams",
            "share-group-rebalance-count", "share");

    private GroupGauges() {}

    static void bind(MeterRegistry registry, Metrics metrics, MetricsRegistry classicMetrics) {
        classicMetrics.allMetrics().forEach((name, metric) -> bindClassic(registry, name.getName(), metric));
        metrics.metrics().values().stream()
                .filter(metric -> metric.metricName().group().equals(GroupCoordinatorMetrics.METRICS_GROUP))
                .forEach(metric -> bind(registry, metric));
    }

    private static void bindClassic(MeterRegistry registry, String name, Metric metric) {
        if (name.equals(OFFSETS)) {
            Gauge.builder("tailrace.group.offsets", metric, GroupGauges::value)
                    .description("Offsets that groups have committed")
                    .register(registry);
        } else if (name.startsWith(CLASSIC_PREFIX) && name.length() > CLASSIC_PREFIX.length()) {
            groups(registry, metric, "classic", name.substring(CLASSIC_PREFIX.length()));
        }
    }

    private static void bind(MeterRegistry registry, KafkaMetric metric) {
        String name = metric.metricName().name();
        String state = metric.metricName().tags().get("state");
        String rebalancing = REBALANCES.get(name);
        if (rebalancing != null) {
            FunctionCounter.builder("tailrace.group.rebalances", metric, GroupGauges::value)
                    .description("Rebalances of groups")
                    .tag("protocol", rebalancing)
                    .register(registry);
        } else if (name.equals("num-partitions") && state != null) {
            Gauge.builder("tailrace.group.shards", metric, GroupGauges::value)
                    .description("Shards of the group coordinator")
                    .tag("state", state)
                    .register(registry);
        } else if (name.endsWith(COUNT_SUFFIX) && state != null) {
            groups(registry, metric, name.substring(0, name.length() - COUNT_SUFFIX.length()), state);
        }
    }

    private static void groups(MeterRegistry registry, Object metric, String protocol, String state) {
        Gauge.builder("tailrace.groups", metric, GroupGauges::value)
                .description("Groups by protocol and state")
                .tag("protocol", protocol)
                .tag("state", state.toLowerCase(Locale.ROOT))
                .register(registry);
    }

    private static double value(Object metric) {
        Object value = metric instanceof com.yammer.metrics.core.Gauge<?> gauge
                ? gauge.value()
                : ((KafkaMetric) metric).metricValue();
        return value instanceof Number number ? number.doubleValue() : Double.NaN;
    }
}
