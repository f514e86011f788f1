package io.tailrace.e2e.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class TransactionCheckTest {

    private static final TopicPartition A = new TopicPartition("a", 0);
    private static final TopicPartition B = new TopicPartition("b", 1);
    private static final String[] FIRST = {
        "begin w.0.1", "send w.0.1 a 0 w.0.1/0", "send w.0.1 b 1 w.0.1/1", "send w.0.1 a 0 w.0.1/2", "commit w.0.1"
    };

    @Test
    void shouldAcceptACommittedTransactionOnlyWhole() {
        List<Attempt> attempts = journal("committed w.0.1");
        assertThat(visible(attempts, List.of("w.0.1/0", "w.0.1/2"), List.of("w.0.1/1")))
                .isEmpty();
        assertThat(visible(attempts, List.of("w.0.1/0"), List.of("w.0.1/1"))).hasSize(1);
        assertThat(visible(attempts, List.of("w.0.1/0", "w.0.1/2"), List.of())).hasSize(1);
        assertThat(visible(attempts, List.of(), List.of())).hasSize(1);
    }

    @Test
    void shouldNoticeRepetitionAndOrder() {
        List<Attempt> attempts = journal("committed w.0.1");
        assertThat(visible(attempts, List.of("w.0.1/0", "w.0.1/2", "w.0.1/2"), List.of("w.0.1/1")))
                .hasSize(1);
        assertThat(visible(attempts, List.of("w.0.1/2", "w.0.1/0"), List.of("w.0.1/1")))
                .hasSize(1);
        assertThat(visible(attempts, List.of("w.0.1/0", "w.0.1/2", "w.0.1/1"), List.of()))
                .hasSize(1);
    }

    @Test
    void shouldAcceptAnUnknownTransactionWholeOrAbsent() {
        List<Attempt> attempts = journal();
        assertThat(attempts).extracting(Attempt::outcome).containsExactly(Outcome.UNKNOWN);
        assertThat(visible(attempts, List.of("w.0.1/0", "w.0.1/2"), List.of("w.0.1/1")))
                .isEmpty();
        assertThat(visible(attempts, List.of(), List.of())).isEmpty();
        assertThat(visible(attempts, List.of("w.0.1/0", "w.0.1/2"), List.of())).hasSize(1);
    }

    @Test
    void shouldAcceptNothingOfAnAbortedOrOpenTransaction() {
        assertThat(visible(journal("aborted w.0.1"), List.of(), List.of())).isEmpty();
        assertThat(visible(journal("aborted w.0.1"), List.of("w.0.1/0"), List.of()))
                .hasSize(1);
        List<Attempt> open = Journal.attempts(Arrays.asList(FIRST).subList(0, 4));
        assertThat(open).extracting(Attempt::outcome).containsExactly(Outcome.OPEN);
        assertThat(visible(open, List.of("w.0.1/0", "w.0.1/2"), List.of("w.0.1/1")))
                .hasSize(1);
    }

    @Test
    void shouldNoticeAStranger() {
        assertThat(visible(List.of(), List.of("w.0.9/0"), List.of())).hasSize(1);
    }

    @Test
    void shouldNoticeTransactionsThatChangedPlaces() {
        List<Attempt> attempts = Journal.attempts(List.of(
                "begin w.0.1",
                "send w.0.1 a 0 w.0.1/0",
                "committed w.0.1",
                "begin w.0.2",
                "send w.0.2 a 0 w.0.2/0",
                "committed w.0.2"));
        assertThat(visible(attempts, List.of("w.0.1/0", "w.0.2/0"), List.of())).isEmpty();
        assertThat(visible(attempts, List.of("w.0.2/0", "w.0.1/0"), List.of())).hasSize(1);
    }

    @Test
    void shouldCompareWhatWasConsumedWithWhatWasMadeOfIt() {
        Map<TopicPartition, List<SentRecord>> log =
                Map.of(A, records(List.of("w.0.1/0@3:0", "w.0.1/1@3:1", "x.0.1/0")));
        assertThat(consumed(2, log)).isEmpty();
        assertThat(consumed(3, log)).containsExactly("the record consumed at 3:2 is there 0 times");
        assertThat(consumed(1, log)).hasSize(1);
        assertThat(consumed(1, Map.of(A, records(List.of("w.0.1/0@3:0", "w.0.2/0@3:0")))))
                .hasSize(1);
    }

    private static List<String> consumed(long committed, Map<TopicPartition, List<SentRecord>> log) {
        return TransactionCheck.consumed(Map.of(), Map.of(3, committed), log);
    }

    private static List<Attempt> journal(String... lastLines) {
        List<String> lines = new ArrayList<>(Arrays.asList(FIRST));
        lines.addAll(Arrays.asList(lastLines));
        return Journal.attempts(lines);
    }

    private static List<String> visible(List<Attempt> attempts, List<String> inA, List<String> inB) {
        Map<TopicPartition, List<SentRecord>> log = new HashMap<>();
        log.put(A, records(inA));
        log.put(B, records(inB));
        return TransactionCheck.visible(attempts, log);
    }

    private static List<SentRecord> records(List<String> texts) {
        return texts.stream().map(SentRecord::parse).toList();
    }
}
