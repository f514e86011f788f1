package io.tailrace.e2e.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WordCountCheckTest {

    private static final Map<String, Long> OCCURRENCES = Map.of("mill", 2L, "water", 1L);

    @Test
    void shouldAcceptExactCounts() {
        assertThat(counts("mill 1", "water 1", "mill 2")).isEmpty();
        assertThat(WordCountCheck.latest(OCCURRENCES, OCCURRENCES)).isEmpty();
    }

    @Test
    void shouldNoticeAWordThatWasCountedTwice() {
        assertThat(counts("mill 1", "water 1", "mill 2", "mill 3"))
                .containsExactly("mill occurs 2 times, its last count is 3");
    }

    @Test
    void shouldNoticeACountThatIsGivenOutTwice() {
        assertThat(counts("mill 1", "water 1", "mill 1", "mill 2")).containsExactly("mill was counted 1 after 1");
    }

    @Test
    void shouldNoticeWhatIsMissing() {
        assertThat(counts("mill 2", "water 1")).containsExactly("mill was counted 2 after 0");
        assertThat(counts("mill 1", "mill 2")).containsExactly("water occurs 1 times, its last count is 0");
        assertThat(WordCountCheck.latest(OCCURRENCES, Map.of("mill", 2L))).hasSize(1);
    }

    @Test
    void shouldNoticeAWordThatNobodyWrote() {
        assertThat(counts("mill 1", "mill 2", "water 1", "wheel 1"))
                .containsExactly("wheel occurs 0 times, its last count is 1");
    }

    private static List<String> counts(String... counts) {
        List<WordCount> list = Arrays.stream(counts)
                .map(count -> new WordCount(
                        count.substring(0, count.indexOf(' ')),
                        Long.parseLong(count.substring(count.indexOf(' ') + 1))))
                .toList();
        return WordCountCheck.counts(OCCURRENCES, list);
    }
}
