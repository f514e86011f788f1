package io.tailrace.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchCommandTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "--rounds 0                 | --rounds and --records must be 1 or more",
                "--latency --producers 101  | --producers must be 1 to 100, and 101 is not",
                "--latency --rate 0         | --rate must be 1 to 1000000, and 0 is not",
                "--rate 100                 | --rate means nothing to `bench` alone: leave it out, or use it with --latency, --soak",
                "--cleaning --format both   | --format means nothing to --cleaning: leave it out, or use it with"
                        + " `bench` alone, --latency, --scale, --costs, --idle, --soak, --shadow",
                "--scale topics             | \"topics\" is none of partitions, producers, size and rows",
                "--scale partitions --values 4,5000 | --values with --scale partitions must be 1 to 1000, and 5000 is not",
                "--scale size --chart /nowhere/chart.svg | --chart cannot be written to /nowhere/chart.svg: name a file in"
                        + " a directory that exists",
                "--values 1,2               | --values means nothing to `bench` alone: leave it out, or use it with --scale",
                "--soak 0                   | --soak must be 1 to 10080 minutes, and 0 is not",
                "--idle 0                   | --idle must be 1 to 5000 consumers, and 0 is not",
                "--broker-heap 10           | --broker-heap must be 64 to 65536, and 10 is not",
                "--shadow --engines 17      | --engines must be 1 to 16, and 17 is not",
                "--engines 2                | --engines means nothing to `bench` alone: leave it out, or use it with --shadow",
                "--costs --latency          | mutually exclusive",
                "--latency --shadow         | mutually exclusive",
            })
    void shouldSayWhichOptionIsWrongAndWhatToDo(String options, String message) {
        // When
        StringWriter errors = new StringWriter();
        int code = new CommandLine(new BenchCommand())
                .setErr(new PrintWriter(errors, true))
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println(failure.getMessage());
                    return CommandLine.ExitCode.USAGE;
                })
                .execute(options.split(" "));

        // Then
        assertThat(code).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(errors.toString()).contains(message);
    }
}
