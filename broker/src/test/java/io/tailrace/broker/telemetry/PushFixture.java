package io.tailrace.broker.telemetry;

import java.util.List;
import org.apache.kafka.shaded.io.opentelemetry.proto.common.v1.AnyValue;
import org.apache.kafka.shaded.io.opentelemetry.proto.common.v1.KeyValue;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.Metric;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.MetricsData;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.NumberDataPoint;

/** Metrics as a client pushes them. */
final class PushFixture {

    private PushFixture() {}

    static Metric delta(String name, double value) {
        Metric.Builder metric = Metric.newBuilder().setName(name);
        metric.getSumBuilder()
                .setIsMonotonic(true)
                .setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA)
                .addDataPoints(NumberDataPoint.newBuilder().setAsDouble(value));
        return metric.build();
    }

    static Metric gauge(String name, double value, String... attributes) {
        NumberDataPoint.Builder point = NumberDataPoint.newBuilder().setAsDouble(value);
        for (int i = 0; i < attributes.length; i += 2) {
            point.addAttributes(attribute(attributes[i], attributes[i + 1]));
        }
        Metric.Builder metric = Metric.newBuilder().setName(name);
        metric.getGaugeBuilder().addDataPoints(point);
        return metric.build();
    }

    static KeyValue attribute(String name, String value) {
        return KeyValue.newBuilder()
                .setKey(name)
                .setValue(AnyValue.newBuilder().setStringValue(value))
                .build();
    }

    static MetricsData data(Metric... metrics) {
        MetricsData.Builder data = MetricsData.newBuilder();
        data.addResourceMetricsBuilder().addScopeMetricsBuilder().addAllMetrics(List.of(metrics));
        return data.build();
    }
}
