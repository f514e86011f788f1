package io.tailrace.forwarder.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NamePatternsTest {

    @Test
    void shouldTakeAStarForAnyCharactersAndADotForADot() {
        // Given
        NamePatterns patterns = new NamePatterns(List.of("orders.*", "*-audit", "shop?"));

        // Then
        assertThat(patterns.match("orders.eu")).isTrue();
        assertThat(patterns.match("orders-eu")).isFalse();
        assertThat(patterns.match("eu-audit")).isTrue();
        assertThat(patterns.match("eu-audit-2")).isFalse();
        assertThat(patterns.match("shop1")).isTrue();
        assertThat(patterns.match("shop")).isFalse();
    }

    @Test
    void shouldMatchNothingWithoutPatterns() {
        assertThat(new NamePatterns(List.of()).match("orders")).isFalse();
    }
}
