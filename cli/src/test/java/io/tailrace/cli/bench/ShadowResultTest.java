package io.tailrace.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ShadowResultTest {

    @Test
    void shouldHaveItsRowsForEachRowShape() {
        // Given
        ShadowResult result = new ShadowResult(List.of(
                new ShadowResult.Line(
                        "records", 24.8, 74.9, 80, 6.6, 56.9, 7, 53.6, 83_822, 38_145, 0.455, 25_000, 24_000, 9_000),
                new ShadowResult.Line(
                        "batches", 20, 70, 80, 6, 50, 7, 51, 90_000, 60_000, 0.667, 200_000, 190_000, 9_000)));

        // Then
        assertThat(result.lines())
                .hasSize(2 + 6 + 6)
                .startsWith(
                        "|                                | format  | p50, ms | p99, ms | records/s |",
                        "|--------------------------------|---------|--------:|--------:|----------:|",
                        "| producing without a forwarder  | records |     6.6 |    56.9 |    83,822 |",
                        "| producing with a forwarder     | records |     7.0 |    53.6 |    38,145 |",
                        "| from acknowledgement to target | records |    24.8 |    74.9 |           |",
                        "| a backlog from the table       | records |         |         |    25,000 |",
                        "| a backlog from the slot        | records |         |         |    24,000 |",
                        "| the same in small transactions | records |         |         |     9,000 |")
                .contains("| a backlog from the slot        | batches |         |         |   190,000 |");
    }
}
