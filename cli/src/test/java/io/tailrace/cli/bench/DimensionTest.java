package io.tailrace.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DimensionTest {

    @ParameterizedTest
    @EnumSource
    void shouldTakeItsOwnValues(Dimension dimension) {
        assertThat(dimension.checked(dimension.defaults()))
                .isEqualTo(dimension.defaults())
                .isSorted();
    }

    @Test
    void shouldSortWhatTheUserNames() {
        assertThat(Dimension.ROWS.checked(List.of(5_000L, 0L, 5_000L))).containsExactly(0L, 5_000L);
    }
}
