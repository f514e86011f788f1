package io.tailrace.broker.telemetry;

import static io.tailrace.broker.telemetry.PushFixture.attribute;
import static io.tailrace.broker.telemetry.PushFixture.data;
import static io.tailrace.broker.telemetry.PushFixture.delta;
import static io.tailrace.broker.telemetry.PushFixture.gauge;
import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tailrace.broker.telemetry.Sample.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.MetricsData;
import org.junit.jupiter.api.Test;

class SampleReaderTest {

    private static List<Sample> read(MetricsData data) {
        List<Sample> samples = new ArrayList<>();
        new SampleReader(Map.of("client_id", "app")).read(data, samples::add);
        return samples;
    }

    @Test
    void shouldGiveMetricsPrometheusNames() {
        // When
        List<Sample> samples = read(data(
                delta("org.apache.kafka.producer.record.send.total", 3), gauge("my-own metric", 4, "topic", "orders")));

        // Then
        assertThat(samples)
                .containsExactly(
                        new Sample(
                                new Sample.Key(
                                        "tailrace_client_producer_record_send",
                                        Kind.COUNTER,
                                        Labels.of("client_id", "app")),
                                3,
                                true),
                        new Sample(
                                new Sample.Key(
                                        "tailrace_client_my_own_metric",
                                        Kind.GAUGE,
                                        Labels.of("client_id", "app", "topic", "orders")),
                                4,
                                false));
    }

    @Test
    void shouldNotLetAClientNameItselfOtherwise() {
        // When
        List<Sample> samples = read(data(gauge("m", 1, "client_id", "somebody else", "__name__", "x", "9", "y")));

        // Then
        assertThat(samples)
                .extracting(sample -> sample.key().labels())
                .containsExactly(Labels.of("client_id", "app", "name__", "x"));
    }

    @Test
    void shouldTakeKnownAttributesOfTheClient() {
        // Given
        MetricsData.Builder data = data(gauge("m", 1)).toBuilder();
        data.getResourceMetricsBuilder(0)
                .getResourceBuilder()
                .addAttributes(attribute("group_id", "billing"))
                .addAttributes(attribute("password", "never"));

        // Then
        assertThat(read(data.build()))
                .extracting(sample -> sample.key().labels())
                .containsExactly(Labels.of("client_id", "app", "group_id", "billing"));
    }

    @Test
    void shouldPassOverWhatPrometheusCannotHold() {
        assertThat(read(data(
                        delta("negative", -1),
                        delta("nan", Double.NaN),
                        gauge("x".repeat(129), 1),
                        gauge(
                                "m", 1, "1", "", "a", "", "b", "", "c", "", "d", "", "e", "", "f", "", "g", "", "h",
                                ""))))
                .isEmpty();
    }
}
