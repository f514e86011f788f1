package io.tailrace.cli.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.cli.UserError;
import java.util.List;
import org.junit.jupiter.api.Test;

class PerfOutputTest {

    private static final String PRODUCED =
            "200000 records sent, 18291.567587 records/sec (1.74 MB/sec), 4216.96 ms avg latency, 6020.00 ms max latency,"
                    + " 4884 ms 50th, 5816 ms 95th, 5968 ms 99th, 6019 ms 99.9th.";
    private static final String CONSUMED = "2026-11-21 05:00:00:123, 2026-11-21 05:00:02:123, 19.0735, 9.5367, 200032,"
            + " 100000.0000, 40, 1960, 9.7313, 102040.8163";

    @Test
    void shouldFindTheTotalOfTheProducer() {
        List<String> output = List.of(
                "31464 records sent, 6290.3 records/sec (0.60 MB/sec), 1391.3 ms avg latency, 2692.0 ms max latency.",
                PRODUCED);
        assertThat(PerfOutput.producer(output, 200_000)).isEqualTo(18291.567587);
    }

    @Test
    void shouldFindTheRateOfTheConsumerWithoutTheTimeOfJoining() {
        assertThat(PerfOutput.consumer(List.of(CONSUMED), 200_000)).isEqualTo(102040.8163);
    }

    @Test
    void shouldFindTheRateOfAProgramOfThisPackage() {
        assertThat(PerfOutput.program(List.of(PerfOutput.programLine(200_000, 2_000_000_000)), 200_000))
                .isEqualTo(100_000);
    }

    @Test
    void shouldNotCountARunThatLostRecords() {
        assertThatThrownBy(() -> PerfOutput.producer(List.of("Exception: too late", PRODUCED), 200_001))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("only 200000 of 200001 records were produced")
                .hasMessageContaining("too late");
    }

    @Test
    void shouldShowWhatWasPrintedInsteadOfAResult() {
        assertThatThrownBy(() -> PerfOutput.consumer(List.of("out of luck"), 1))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("out of luck");
    }
}
