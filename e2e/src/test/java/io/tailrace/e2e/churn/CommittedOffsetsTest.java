package io.tailrace.e2e.churn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class CommittedOffsetsTest {

    private static final TopicPartition P = new TopicPartition("p", 0);

    private final CommittedOffsets offsets = new CommittedOffsets("SQL");

    @Test
    void shouldAcceptOffsetsThatGrow() {
        // When
        offsets.observe(Map.of());
        offsets.observe(Map.of(P, 1L));
        offsets.observe(Map.of(P, 1L));
        offsets.observe(Map.of(P, 2L));

        // Then
        assertThat(offsets.wrong()).isEmpty();
        assertThat(offsets.observations()).isEqualTo(4);
    }

    @Test
    void shouldNoticeOffsetsThatGoBackOrAway() {
        // When
        offsets.observe(Map.of(P, 2L));
        offsets.observe(Map.of(P, 1L));
        offsets.observe(Map.of());

        // Then
        assertThat(offsets.wrong()).containsExactly("SQL saw 1 after 2 for p-0", "SQL saw null after 1 for p-0");
    }
}
