package io.tailrace.broker.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.tailrace.broker.ManualTime;
import io.tailrace.broker.telemetry.Sample.Kind;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class PushedMetricsTest {

    private static final Uuid CLIENT = new Uuid(1, 1);
    private static final Uuid OTHER = new Uuid(1, 2);

    private final ManualTime time = new ManualTime();
    private final PushedMetrics metrics = new PushedMetrics(20, time::milliseconds);

    private static Sample sample(String name, Kind kind, double value, boolean delta, String client) {
        return new Sample(new Sample.Key(name, kind, Labels.of("client", client)), value, delta);
    }

    private double counted(String name) {
        return metrics.collect().stream()
                .filter(snapshot -> snapshot.getMetadata().getName().equals(name))
                .mapToDouble(snapshot ->
                        ((CounterSnapshot) snapshot).getDataPoints().get(0).getValue())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldAddUpWhatComesAsDifferences() {
        // When
        metrics.accept(CLIENT, List.of(sample("sent", Kind.COUNTER, 3, true, "a")), 1_000);
        metrics.accept(CLIENT, List.of(sample("sent", Kind.COUNTER, 4, true, "a")), 1_000);
        metrics.accept(CLIENT, List.of(sample("all", Kind.COUNTER, 3, false, "a")), 1_000);
        metrics.accept(CLIENT, List.of(sample("all", Kind.COUNTER, 4, false, "a")), 1_000);

        // Then
        assertThat(counted("sent")).isEqualTo(7);
        assertThat(counted("all")).isEqualTo(4);
    }

    @Test
    void shouldForgetWhoPushesNoMore() {
        // Given
        metrics.accept(CLIENT, List.of(sample("sent", Kind.COUNTER, 3, true, "a")), 1_000);
        metrics.accept(OTHER, List.of(sample("sent", Kind.COUNTER, 3, true, "b")), 2_000);

        // When
        time.advance(1_000);

        // Then
        assertThat(metrics.collect().get(0).getDataPoints())
                .singleElement()
                .satisfies(point -> assertThat(point.getLabels().get("client")).isEqualTo("b"));
        assertThat(metrics.series()).isEqualTo(1);
    }

    @Test
    void shouldBoundWhatOneClientAndAllMayHave() {
        // When
        for (int client = 0; client < 15; client++) {
            String name = "client " + client;
            List<Sample> samples = IntStream.range(0, 5)
                    .mapToObj(i -> sample("metric" + i, Kind.GAUGE, i, false, name))
                    .toList();
            metrics.accept(new Uuid(2, client), samples, 1_000);
        }

        // Then: two of five for each of ten, three left out; nothing for the other five
        assertThat(metrics.series()).isEqualTo(20);
        assertThat(metrics.refused()).isEqualTo(10 * 3 + 5 * 5);
    }

    @Test
    void shouldShowAMetricAsOneKindOnly() {
        // When
        metrics.accept(CLIENT, List.of(sample("m", Kind.COUNTER, 3, true, "a")), 1_000);
        metrics.accept(OTHER, List.of(sample("m", Kind.GAUGE, 3, false, "b")), 1_000);

        // Then
        assertThat(metrics.collect().stream().map(MetricSnapshot::getDataPoints))
                .singleElement()
                .satisfies(points -> assertThat(points).hasSize(1));
    }
}
