package io.tailrace.e2e.churn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class GroupHistoryTest {

    private static final TopicPartition P = new TopicPartition("p", 0);
    private static final TopicPartition Q = new TopicPartition("p", 1);

    private final GroupHistory history = new GroupHistory();

    @Test
    void shouldAcceptAPartitionThatChangesHands() {
        // When
        history.onAssigned("a", List.of(P, Q));
        history.onGeneration("a", 1, List.of(P, Q));
        history.onRevoked("a", List.of(Q));
        history.onGeneration("a", 2, List.of(P));
        history.onAssigned("b", List.of(Q));
        history.onGeneration("b", 2, List.of(Q));

        // Then
        assertThat(history.wrong()).isEmpty();
        assertThat(history.generations()).isEqualTo(2);
    }

    @Test
    void shouldNoticeTwoOwnersAtOnce() {
        // When
        history.onAssigned("a", List.of(P));
        history.onAssigned("b", List.of(P));

        // Then
        assertThat(history.wrong()).containsExactly("p-0 was given to b while a had it");
    }

    @Test
    void shouldNoticeTwoOwnersInOneGeneration() {
        // When
        history.onGeneration("a", 3, List.of(P));
        history.onGeneration("b", 3, List.of(P, Q));

        // Then
        assertThat(history.wrong()).containsExactly("p-0 belonged to b and a in generation 3");
    }

    @Test
    void shouldNotBlameTheSuccessorOfAMemberThatLostItsPartitions() {
        // When
        history.onAssigned("a", List.of(P));
        history.onLost("a", List.of(P));
        history.onAssigned("b", List.of(P));

        // Then
        assertThat(history.wrong()).isEmpty();
        assertThat(history.losses()).isEqualTo(1);
    }

    @Test
    void shouldNoticeCommitsThatGoBackwards() {
        // When
        history.onCommitted("a", Map.of(P, 10L));
        history.onPosition("b", P, 10);
        history.onPosition("b", P, 9);
        history.onCommitted("b", Map.of(P, 8L));

        // Then
        assertThat(history.wrong())
                .containsExactly("b begins with p-0 at 9, but 10 was committed", "b committed 8 of p-0 after 10");
    }

    @Test
    void shouldNameWhatNobodyRead() {
        // When
        history.onRead(P, 0);
        history.onRead(P, 2);
        history.onRead(P, 2);

        // Then
        assertThat(history.unread(Map.of(P, 3L, Q, 1L))).containsExactlyInAnyOrder("p-0 offset 1", "p-1 offset 0");
        assertThat(history.recordsRead()).isEqualTo(2);
    }
}
