package io.tailrace.cli.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class StatusLineTest {

    private static final long SECOND_NS = 1_000_000_000L;

    private final StringWriter output = new StringWriter();

    @Test
    void shouldKeepItsPlaceOnATerminal() {
        // Given
        StatusLine status = new StatusLine(new PrintWriter(output), true, true);

        // When
        status.show(new RecordCounts(0, 0), 0);
        status.show(new RecordCounts(3000, 1000), 2 * SECOND_NS);

        // Then
        assertThat(output.toString())
                .doesNotContain("\n")
                .endsWith("\rwritten 3,000   forwarded 1,000   lag 2,000   (1,500/s)\u001b[K");
    }

    @Test
    void shouldPrintALineElsewhereOnlyWhenTheNumbersChange() {
        // Given
        StatusLine status = new StatusLine(new PrintWriter(output), false, true);

        // When
        for (int second = 0; second <= 20; second++) {
            status.show(new RecordCounts(second < 10 ? 0 : 7, 0), second * SECOND_NS);
        }

        // Then
        assertThat(output.toString().lines())
                .containsExactly("written 0   forwarded 0   lag 0", "written 7   forwarded 0   lag 7");
    }

    @Test
    void shouldNotSpeakOfATargetWhereThereIsNone() {
        // Given
        StatusLine status = new StatusLine(new PrintWriter(output), false, false);

        // When
        status.show(new RecordCounts(5, 0), 0);

        // Then
        assertThat(output.toString().lines()).containsExactly("written 5");
    }

    @Test
    void shouldShowNothingOnceEnded() {
        // Given
        StatusLine status = new StatusLine(new PrintWriter(output), true, true);
        status.show(new RecordCounts(1, 1), 0);
        status.end();
        String before = output.toString();

        // When
        status.show("Postgres does not answer", SECOND_NS);

        // Then
        assertThat(output.toString()).isEqualTo(before).endsWith(System.lineSeparator());
    }
}
