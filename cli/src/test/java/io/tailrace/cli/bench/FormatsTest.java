package io.tailrace.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cli.bench.servers.Subject;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class FormatsTest {

    private final Formats.Converter converter = new Formats.Converter();

    @Test
    void shouldMeasureBothRowShapesBesideKafka() {
        assertThat(converter.convert("both").withKafka())
                .containsExactly(Subject.TAILRACE_RECORDS, Subject.TAILRACE_BATCHES, Subject.KAFKA);
        assertThat(converter.convert("batches").tailrace()).containsExactly(Subject.TAILRACE_BATCHES);
    }

    @Test
    void shouldAskForARowShapeOnlyWhereItIsNotTheDefault() {
        assertThat(Subject.TAILRACE_RECORDS.topicConfig()).isEmpty();
        assertThat(Subject.TAILRACE_BATCHES.topicConfig()).containsEntry("storage.format", "batches");
    }

    @Test
    void shouldNameTheOptionAndWhatItTakes() {
        // When
        StringWriter errors = new StringWriter();
        int code = new CommandLine(new BenchCommand())
                .setErr(new PrintWriter(errors, true))
                .execute("--format", "rows");

        // Then
        assertThat(code).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(errors.toString())
                .contains("'--format'", "\"rows\" is none of the row shapes records, batches and both");
    }
}
