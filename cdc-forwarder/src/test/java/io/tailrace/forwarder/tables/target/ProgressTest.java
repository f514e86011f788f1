package io.tailrace.forwarder.tables.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.forwarder.tables.target.Progress.Transaction;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final Progress progress = new Progress(1000, 3);

    @Test
    void shouldConfirmATransactionWhenAllBeforeItIsThere() {
        // Given
        Transaction first = progress.begin();
        progress.onSent(first, 10);
        progress.end(first, 100);
        Transaction second = progress.begin();
        progress.onSent(second, 10);
        progress.end(second, 200);

        // When
        progress.onAcknowledged(second, 10);
        long afterSecond = progress.confirmedLsn();
        progress.onAcknowledged(first, 10);

        // Then
        assertThat(afterSecond).isZero();
        assertThat(progress.confirmedLsn()).isEqualTo(200);
        assertThat(progress.isIdle()).isTrue();
    }

    @Test
    void shouldNotConfirmATransactionThatIsStillRead() {
        // Given
        Transaction transaction = progress.begin();
        progress.onSent(transaction, 10);

        // When
        progress.onAcknowledged(transaction, 10);

        // Then
        assertThat(progress.confirmedLsn()).isZero();
        assertThat(progress.isIdle()).isFalse();
    }

    @Test
    void shouldBoundWhatIsOnItsWay() throws Exception {
        // Given
        Transaction transaction = progress.begin();

        // When
        boolean largeAlone = progress.awaitRoom(5000, 0);
        progress.onSent(transaction, 900);
        boolean tooLarge = progress.awaitRoom(200, 0);
        boolean small = progress.awaitRoom(10, 0);
        progress.onSent(transaction, 10);
        progress.onSent(transaction, 10);
        boolean tooMany = progress.awaitRoom(10, 0);

        // Then
        assertThat(largeAlone).isTrue();
        assertThat(tooLarge).isFalse();
        assertThat(small).isTrue();
        assertThat(tooMany).isFalse();
    }

    @Test
    void shouldTellTheFirstFailure() {
        // When
        boolean first = progress.onFailed(new IllegalStateException("first"));
        boolean second = progress.onFailed(new IllegalStateException("second"));

        // Then
        assertThat(first).isTrue();
        assertThat(second).isFalse();
        assertThatThrownBy(progress::check).hasMessage("first");
    }

    @Test
    void shouldReadThePositionThatARecordCarries() {
        // Given
        Position position = new Position(0xFFFFFFFF00000001L, 42);

        // When
        Position read = Position.of(new RecordHeaders(position.headers()));

        // Then
        assertThat(read).isEqualTo(position);
        assertThat(position).isGreaterThan(new Position(1, 99)).isLessThan(new Position(0xFFFFFFFF00000001L, 43));
        assertThat(Position.of(new RecordHeaders())).isNull();
    }
}
