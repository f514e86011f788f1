package io.tailrace.cli.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.cli.bench.servers.Subject;
import org.junit.jupiter.api.Test;

class ResultsTest {

    private static final Figure PRODUCE = Figure.rate("produce-100");

    private final Results results = new Results();

    @Test
    void shouldTakeTheMedianOfTheRounds() throws Exception {
        // Given
        add(PRODUCE, Subject.TAILRACE_RECORDS, 10, 50, 30);
        add(PRODUCE, Subject.KAFKA, 100, 20, 200, 40);

        // When
        String json = new ObjectMapper().writeValueAsString(results.json());

        // Then
        assertThat(json)
                .isEqualTo("[{\"workload\":\"produce-100\",\"format\":\"records\",\"tailrace\":30.0,\"kafka\":70.0,"
                        + "\"unit\":\"records/s\",\"ratio\":0.4286}]");
        assertThat(results.range(PRODUCE, Subject.KAFKA)).isEqualTo("20–200");
    }

    @Test
    void shouldHaveARowForEachRowShapeWithItsUnit() {
        // Given
        Figure latency = Figure.time("acknowledgement p99");
        add(PRODUCE, Subject.TAILRACE_RECORDS, 1_000);
        add(PRODUCE, Subject.TAILRACE_BATCHES, 4_000);
        add(PRODUCE, Subject.KAFKA, 2_000);
        add(latency, Subject.TAILRACE_BATCHES, 1.5);
        add(latency, Subject.KAFKA, 0.5);

        // Then
        assertThat(results.lines())
                .containsExactly(
                        "| workload            | format  | unit      | Tailrace | Apache Kafka | ratio | Tailrace from–to"
                                + " | Kafka from–to |",
                        "|---------------------|---------|-----------|---------:|-------------:|------:|-----------------:"
                                + "|--------------:|",
                        "| produce-100         | records | records/s |    1,000 |        2,000 |  0.50 |      1,000–1,000"
                                + " |   2,000–2,000 |",
                        "| produce-100         | batches | records/s |    4,000 |        2,000 |  2.00 |      4,000–4,000"
                                + " |   2,000–2,000 |",
                        "| acknowledgement p99 | batches | ms        |     1.50 |         0.50 |  3.00 |        1.50–1.50"
                                + " |     0.50–0.50 |");
    }

    private void add(Figure figure, Subject subject, double... values) {
        for (double value : values) {
            results.add(figure, subject, value);
        }
    }
}
