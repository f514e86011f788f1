package io.tailrace.cli.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class MarkdownTableTest {

    private final MarkdownTable table = new MarkdownTable(1, List.of("topic", "rows"));

    @Test
    void shouldPutWordsToTheLeftAndFiguresToTheRight() {
        // When
        table.addRow(List.of("keeping", "500,000"));
        table.addRow(List.of("compacted", "1"));

        // Then
        assertThat(table.lines())
                .containsExactly(
                        "| topic     |    rows |",
                        "|-----------|--------:|",
                        "| keeping   | 500,000 |",
                        "| compacted |       1 |");
    }

    @Test
    void shouldRefuseARowOfAnotherWidth() {
        assertThatThrownBy(() -> table.addRow(List.of("keeping"))).isInstanceOf(IllegalArgumentException.class);
    }
}
