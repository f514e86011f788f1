package io.tailrace.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundsTest {

    @Test
    void shouldGiveEverySubjectItsTurnAndLetAnotherBeginEachRound() {
        // When
        List<String> progress = new ArrayList<>();
        List<String> turns = new ArrayList<>();
        new Rounds(2, progress::add).run(List.of("a", "b"), (subject, round) -> turns.add(subject + round));

        // Then
        assertThat(turns).containsExactly("a0", "b0", "b1", "a1", "a2", "b2");
        assertThat(progress).containsExactly("Round to warm up", "Round 1 of 2", "Round 2 of 2");
    }
}
