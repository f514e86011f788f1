package io.tailrace.broker.api.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ResponseMemoryTest {

    private static final int LIMIT = 1 << 20;

    private final ResponseMemory memory = new ResponseMemory(LIMIT);

    @Test
    void shouldNeverGiveAllOfItAway() {
        // When
        for (int i = 0; i < 1_000 && memory.usedBytes() < LIMIT - 4 * ResponseMemory.LEAST_BYTES; i++) {
            assertThat(memory.hold().ask(Integer.MAX_VALUE)).isGreaterThanOrEqualTo(ResponseMemory.LEAST_BYTES);
        }

        // Then
        assertThat(memory.usedBytes()).isBetween(LIMIT - 5L * ResponseMemory.LEAST_BYTES, (long) LIMIT);
        assertThat(memory.hold().ask(Integer.MAX_VALUE)).isEqualTo(ResponseMemory.LEAST_BYTES);
    }

    @Test
    void shouldCountWhatWasReadInsteadOfWhatWasAskedFor() {
        // Given
        ResponseMemory.Hold hold = memory.hold();
        hold.ask(100_000);

        // When
        hold.keep(70_000);

        // Then
        assertThat(memory.usedBytes()).isEqualTo(70_000);

        // When
        hold.ask(1_000);

        // Then
        assertThat(memory.usedBytes()).isEqualTo(1_000);
    }

    @Test
    void shouldTakeEverythingBackOnce() {
        // Given
        ResponseMemory.Hold hold = memory.hold();
        hold.ask(1_000);

        // When
        hold.release();
        hold.release();
        hold.keep(5_000);
        int late = hold.ask(5_000);

        // Then
        assertThat(late).isZero();
        assertThat(memory.usedBytes()).isZero();
    }
}
