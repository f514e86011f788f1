package io.tailrace.cli.bench.servers;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcessorTimeTest {

    @Test
    void shouldAddTheTimeOfChildrenThatHaveEnded() {
        // Given
        String stat =
                "4711 (postgres: a ) b) S 1 4711 4711 0 -1 4194560 1000 2000 3 4 100 20 3000 400 20 0 1 0 5 6 7\n";

        // Then
        assertThat(ProcessorTime.ticks(stat)).isEqualTo(100 + 20 + 3_000 + 400);
    }
}
