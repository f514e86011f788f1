package io.tailrace.e2e.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CompactionCheckTest {

    @Test
    void shouldAcceptTheLatestValuesWithAnythingBefore() {
        assertThat(check(value("a", 1L), value("b", 2L), value("a", 3L))).isEmpty();
        assertThat(check(value("b", 2L), value("a", 3L))).isEmpty();
    }

    @Test
    void shouldAcceptADeletedKeyWithAndWithoutItsTombstone() {
        assertThat(check(value("c", 0L), value("b", 2L), value("a", 3L), value("c", null)))
                .isEmpty();
        assertThat(check(value("c", null), value("b", 2L), value("a", 3L))).isEmpty();
    }

    @Test
    void shouldNoticeAMissingKeyAndAnOldValue() {
        assertThat(check(value("a", 3L))).containsExactly("b ends with null, its latest value is 2");
        assertThat(check(value("b", 2L), value("a", 1L))).containsExactly("a ends with 1, its latest value is 3");
        assertThat(check(value("b", 2L), value("a", 3L), value("a", null))).hasSize(1);
    }

    @Test
    void shouldNoticeADeletedKeyThatIsBack() {
        assertThat(check(value("c", null), value("c", 1L), value("b", 2L), value("a", 3L)))
                .containsExactly("c ends with 1, but it is deleted");
    }

    @Test
    void shouldNoticeAChangedOrder() {
        assertThat(check(value("b", 2L), value("a", 3L), value("a", 1L), value("a", 3L)))
                .containsExactly("a has 1 after 3");
    }

    private static KeyedValue value(String key, @Nullable Long value) {
        return new KeyedValue(key, value);
    }

    private static List<String> check(KeyedValue... read) {
        return CompactionCheck.of(Map.of("a", 3L, "b", 2L), List.of(read));
    }
}
