package io.tailrace.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ShadowSettingsTest {

    @Test
    void shouldTakeNamesSeparatedByCommas() {
        // When
        ShadowSettings settings = new ShadowSettings("orders, shop.*", "", "");

        // Then
        assertThat(settings.includePatterns()).containsExactly("orders", "shop.*");
        assertThat(settings.excludePatterns()).isEmpty();
    }

    @Test
    void shouldForwardEverythingUnlessToldOtherwise() {
        assertThat(ForwarderConfig.defaults().shadow().includePatterns()).containsExactly("*");
        assertThat(ForwarderConfig.defaults().shadow().excludeSettingsPatterns())
                .contains("min.insync.replicas");
    }

    @Test
    void shouldRefuseWhatNoTopicCanBeCalled() {
        assertThatThrownBy(() -> new ShadowSettings("orders(.*)", "", ""))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("shadow.include: \"orders(.*)\" is not a name or pattern");
    }
}
