package io.tailrace.forwarder.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which heartbeats may be marked. */
final class StreamHandlerTest {
    @Test
    void shouldTakeAHeartbeatAfterACommit() {
        assertThat(StreamHandler.isBetweenTransactions(Map.of("messageType", "COMMIT", "lsn_commit", 7L)))
                .isTrue();
    }

    @Test
    void shouldNotTakeAHeartbeatInsideATransaction() {
        assertThat(StreamHandler.isBetweenTransactions(Map.of("messageType", "INSERT", "lsn_commit", 7L)))
                .isFalse();
        assertThat(StreamHandler.isBetweenTransactions(Map.of("messageType", "BEGIN", "lsn_commit", 7L)))
                .isFalse();
    }

    @Test
    void shouldNotTakeAHeartbeatBeforeTheFirstTransaction() {
        assertThat(StreamHandler.isBetweenTransactions(Map.of("lsn_proc", 7L))).isFalse();
        assertThat(StreamHandler.isBetweenTransactions(Map.of("messageType", "COMMIT")))
                .isFalse();
    }
}
