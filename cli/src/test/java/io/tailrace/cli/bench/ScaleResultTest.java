package io.tailrace.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.cli.bench.report.LineChart;
import io.tailrace.cli.bench.servers.Subject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ScaleResultTest {

    private final ScaleResult result = new ScaleResult(Dimension.PARTITIONS);

    @BeforeEach
    void measure() {
        for (int partitions : new int[] {1_000, 1}) {
            result.add(partitions, ScaleBench.PRODUCE, Subject.TAILRACE_RECORDS, 100 + partitions);
            result.add(partitions, ScaleBench.PRODUCE, Subject.KAFKA, 200 + 2 * partitions);
        }
    }

    @Test
    void shouldHaveARowForEachValueAscending() {
        assertThat(result.lines())
                .containsExactly(
                        "| workload | format  | partitions of the topic | Tailrace, records/s | Apache Kafka, records/s"
                                + " | ratio |",
                        "|----------|---------|------------------------:|--------------------:|------------------------:"
                                + "|------:|",
                        "| produce  | records |                       1 |                 101 |                     202"
                                + " |  0.50 |",
                        "| produce  | records |                   1,000 |               1,100 |                   2,200"
                                + " |  0.50 |");
    }

    @Test
    void shouldDrawALineForEachSubject() {
        assertThat(result.chart().orElseThrow().lines())
                .extracting(LineChart.Series::name)
                .containsExactly("Tailrace, records: produce", "Kafka: produce");
    }

    @Test
    void shouldCarryTheUnitInJson() throws Exception {
        assertThat(new ObjectMapper().writeValueAsString(result.json()))
                .startsWith(
                        "[{\"dimension\":\"partitions\",\"value\":1,\"line\":{\"workload\":\"produce\","
                                + "\"format\":\"records\",\"tailrace\":101.0,\"kafka\":202.0,\"unit\":\"records/s\",\"ratio\":0.5}}");
    }
}
