package io.tailrace.e2e.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CopyCheckTest {

    @Test
    void shouldAcceptACopy() {
        assertThat(CopyCheck.of(3, "<0>\n<1>\n<2>\n")).isEqualTo(new CopyCheck(List.of(), 0, 0));
    }

    @Test
    void shouldCountWhatIsRepeated() {
        assertThat(CopyCheck.of(3, "<0>\n<1>\n<0>\n<1>\n<2>\n")).isEqualTo(new CopyCheck(List.of(), 2, 1));
    }

    @Test
    void shouldReadOnAfterALineThatWasCutOff() {
        assertThat(CopyCheck.of(3, "<0>\n<1<1>\n<2>\n")).isEqualTo(new CopyCheck(List.of(), 0, 0));
    }

    @Test
    void shouldNameWhatIsMissing() {
        assertThat(CopyCheck.of(4, "<0>\n<2>\n").missing()).containsExactly(1, 3);
        assertThat(CopyCheck.of(1, "").missing()).containsExactly(0);
    }

    @Test
    void shouldNotTakeAChangedOrderForACopy() {
        assertThat(CopyCheck.of(3, "<1>\n<0>\n<2>\n").missing()).isNotEmpty();
    }
}
