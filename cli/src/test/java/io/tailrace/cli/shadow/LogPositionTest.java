package io.tailrace.cli.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.cli.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogPositionTest {
    @Test
    void shouldTakeAnOffsetOrATime() {
        assertThat(LogPosition.parse("--from", "42")).isEqualTo(new LogPosition.AtOffset(42));
        assertThat(LogPosition.parse("--from", "1970-01-01T01:00:01.5+01:00")).isEqualTo(new LogPosition.AtTime(1_500));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "yesterday", "2026-01-31T12:00:00", "2026-01-31", "99999999999999999999"})
    void shouldSayWhatItTakes(String text) {
        assertThatThrownBy(() -> LogPosition.parse("--to", text))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("--to " + text)
                .hasMessageContaining("2026-01-31T12:00:00Z");
    }
}
