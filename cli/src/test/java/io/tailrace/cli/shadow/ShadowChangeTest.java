package io.tailrace.cli.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.cli.UserError;
import org.junit.jupiter.api.Test;

class ShadowChangeTest {

    @Test
    void shouldWantSomethingToSet() {
        assertThatThrownBy(() -> new ShadowChange("orders", null, null, null, null))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("--percentage");
    }

    @Test
    void shouldRefusePercentagesOutOfRange() {
        assertThatThrownBy(() -> new ShadowChange("orders", null, null, 101, null))
                .hasMessage("--percentage 101: a whole number from 0 to 100 is needed");
        assertThatThrownBy(() -> new ShadowChange("orders", null, null, null, 0))
                .hasMessage("--sample 0: a whole number from 1 to 100 is needed");
    }

    @Test
    void shouldRefuseNamesThatNoTopicCanHave() {
        assertThatThrownBy(() -> new ShadowChange("orders", null, "a b", null, null))
                .hasMessageContaining("--target \"a b\" is not a name for a topic");
        assertThatThrownBy(() -> new ShadowChange("orders", null, "..", null, null))
                .isInstanceOf(UserError.class);
    }

    @Test
    void shouldStoreNothingForTheDefaults() {
        assertThat(new ShadowChange("orders", "by-pattern", "orders", null, null).enabledValue())
                .isNull();
        assertThat(new ShadowChange("orders", "false", "orders", null, null).enabledValue())
                .isFalse();
        assertThat(new ShadowChange("orders", null, "orders", null, null).targetValue())
                .isNull();
        assertThatThrownBy(() -> new ShadowChange("orders", "yes", null, null, null))
                .hasMessageContaining("--enabled yes");
    }
}
