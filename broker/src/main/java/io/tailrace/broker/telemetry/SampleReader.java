package io.tailrace.broker.telemetry;

import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import io.tailrace.broker.telemetry.Sample.Kind;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.kafka.shaded.io.opentelemetry.proto.common.v1.AnyValue;
import org.apache.kafka.shaded.io.opentelemetry.proto.common.v1.KeyValue;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.Metric;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.MetricsData;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.Sum;

/**
 * Makes samples, under Prometheus's names, of what one client pushed. Gauges and sums are read, which is all that Kafka's
 * clients send; histograms are passed over. Immutable.
 */
final class SampleReader {

    static final String PREFIX = "tailrace_client_";

    private static final String KAFKA_PREFIX = "org.apache.kafka.";
    private static final Set<String> RESOURCE_ATTRIBUTES =
            Set.of("client_rack", "group_id", "group_instance_id", "group_member_id", "transactional_id");
    private static final int MAX_ATTRIBUTES = 8;
    private static final int MAX_TEXT_LENGTH = 128;
    private static final Pattern NOT_IN_NAMES = Pattern.compile("[^a-zA-Z0-9_]");
    private static final Pattern BAD_LABEL_START = Pattern.compile("^[0-9_]*");

    private final Map<String, String> clientLabels;

    /** @param clientLabels what names the client; a client cannot push labels of these names */
    SampleReader(Map<String, String> clientLabels) {
        this.clientLabels = Map.copyOf(clientLabels);
    }

    void read(MetricsData data, Consumer<Sample> samples) {
        for (ResourceMetrics resource : data.getResourceMetricsList()) {
            Map<String, String> resourceLabels = resourceLabels(resource);
            resource.getScopeMetricsList().forEach(scope -> scope.getMetricsList()
                    .forEach(metric -> readMetric(metric, resourceLabels, samples)));
        }
    }

    private static Map<String, String> resourceLabels(ResourceMetrics resource) {
        Map<String, String> labels = new TreeMap<>();
        resource.getResource().getAttributesList().stream()
                .filter(attribute -> RESOURCE_ATTRIBUTES.contains(attribute.getKey()))
                .forEach(attribute -> labels.put(attribute.getKey(), text(attribute.getValue())));
        return labels;
    }

    private void readMetric(Metric metric, Map<String, String> resourceLabels, Consumer<Sample> samples) {
        String name = name(metric.getName());
        if (name.isEmpty()) {
            return;
        }
        if (metric.hasGauge()) {
            readPoints(metric.getGauge().getDataPointsList(), name, Kind.GAUGE, false, resourceLabels, samples);
        } else if (metric.hasSum()) {
            Sum sum = metric.getSum();
            Kind kind = sum.getIsMonotonic() ? Kind.COUNTER : Kind.GAUGE;
            boolean isDelta = sum.getAggregationTemporality() == AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA;
            readPoints(sum.getDataPointsList(), name, kind, isDelta, resourceLabels, samples);
        }
    }

    private void readPoints(
            List<NumberDataPoint> points,
            String name,
            Kind kind,
            boolean isDelta,
            Map<String, String> resourceLabels,
            Consumer<Sample> samples) {
        for (NumberDataPoint point : points) {
            double value = point.hasAsInt() ? point.getAsInt() : point.getAsDouble();
            boolean impossible = kind == Kind.COUNTER && !(value >= 0 && value < Double.POSITIVE_INFINITY);
            if (!impossible && point.getAttributesCount() <= MAX_ATTRIBUTES) {
                Labels labels = labels(point.getAttributesList(), resourceLabels);
                samples.accept(new Sample(new Sample.Key(name, kind, labels), value, isDelta));
            }
        }
    }

    private Labels labels(List<KeyValue> attributes, Map<String, String> resourceLabels) {
        Map<String, String> labels = new TreeMap<>();
        for (KeyValue attribute : attributes) {
            String name = labelName(attribute.getKey());
            if (!name.isEmpty()) {
                labels.put(name, text(attribute.getValue()));
            }
        }
        labels.putAll(resourceLabels);
        labels.putAll(clientLabels);
        return Labels.of(List.copyOf(labels.keySet()), List.copyOf(labels.values()));
    }

    /** {@code org.apache.kafka.producer.record.send.total} becomes {@code tailrace_client_producer_record_send}. */
    private static String name(String pushed) {
        String name = pushed.startsWith(KAFKA_PREFIX) ? pushed.substring(KAFKA_PREFIX.length()) : pushed;
        if (name.isEmpty() || name.length() > MAX_TEXT_LENGTH) {
            return "";
        }
        // Endings such as "_total" are not part of a name in Prometheus's model: the kind brings them.
        return PrometheusNaming.sanitizeMetricName(
                PREFIX + NOT_IN_NAMES.matcher(name).replaceAll("_"));
    }

    private static String labelName(String pushed) {
        String name = NOT_IN_NAMES.matcher(shortened(pushed)).replaceAll("_");
        return BAD_LABEL_START.matcher(name).replaceFirst("");
    }

    private static String text(AnyValue value) {
        return switch (value.getValueCase()) {
            case STRING_VALUE -> shortened(value.getStringValue());
            case INT_VALUE -> Long.toString(value.getIntValue());
            case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
            case DOUBLE_VALUE -> Double.toString(value.getDoubleValue());
            case ARRAY_VALUE, KVLIST_VALUE, BYTES_VALUE, VALUE_NOT_SET -> "";
        };
    }

    private static String shortened(String text) {
        return text.length() <= MAX_TEXT_LENGTH ? text : text.substring(0, MAX_TEXT_LENGTH);
    }
}
