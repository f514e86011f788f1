package io.tailrace.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tailrace.cli.bench.load.Percentiles;
import io.tailrace.cli.bench.load.RatedRun;
import io.tailrace.cli.bench.report.Trend;
import io.tailrace.cli.bench.servers.LogTable;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SoakResultTest {

    private static final long MEBIBYTE = 1024 * 1024;

    @Test
    void shouldLeaveOutTheMinutesThatSettleAndSayWhatGrows() {
        // Given
        SoakResult.Run run = SoakResult.Run.of("records", minutes(8));

        // Then
        assertThat(run.verdict())
                .extracting(Trend::figure, Trend::verdict)
                .containsExactly(
                        tuple("throughput", Trend.Verdict.FLAT),
                        tuple("acknowledgement p50", Trend.Verdict.FLAT),
                        tuple("acknowledgement p99", Trend.Verdict.FLAT),
                        tuple("table", Trend.Verdict.RISING),
                        tuple("heap", Trend.Verdict.FLAT));
        assertThat(run.verdict().get(3).mean()).isEqualTo(60);
        assertThat(new SoakResult(List.of(run)).lines())
                .contains(
                        "| records |      8 |     1,000 |    1.00 |    2.00 |      3.00 |    4.00 |       80.0 |        50"
                                + " |           7 |      30.0 |")
                .anyMatch(line -> line.startsWith("| records, from minute 4"));
    }

    @Test
    void shouldGiveNoVerdictOnAShortRun() {
        SoakResult.Run run = SoakResult.Run.of("batches", minutes(5));
        assertThat(run.verdict()).isEmpty();
        assertThat(new SoakResult(List.of(run)).lines()).contains("No verdict on batches: it takes --soak 6 or more.");
    }

    /** All the same but for the table, which grows by 10 MiB a minute. */
    private static List<SoakResult.Minute> minutes(int count) {
        RatedRun.Interval load = new RatedRun.Interval(new Percentiles(1, 2, 3, 4), 1_000);
        return IntStream.rangeClosed(1, count)
                .mapToObj(minute -> SoakResult.Minute.of(
                        minute, load, new LogTable.State(10L * minute * MEBIBYTE, 100, 50, 7), 30 * MEBIBYTE))
                .toList();
    }
}
