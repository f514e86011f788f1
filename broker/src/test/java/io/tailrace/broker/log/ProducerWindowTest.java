package io.tailrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.junit.jupiter.api.Test;

class ProducerWindowTest {

    private static final long PRODUCER = 7;
    private static final short EPOCH = 3;

    /** Batches of ten records: number n has the sequences and offsets 10n to 10n+9. */
    private static ProducerBatch batch(int number) {
        return new ProducerBatch(10 * number + 9, 10L * number + 9, 10, 0);
    }

    private static ProducerWindow windowOf(int batches) {
        ProducerWindow window = ProducerWindow.first(EPOCH, batch(0));
        for (int number = 1; number < batches; number++) {
            window = window.with(EPOCH, batch(number));
        }
        return window;
    }

    @Test
    void shouldFindEachOfTheLastFiveBatches() {
        // When
        ProducerWindow window = windowOf(7);

        // Then
        for (int number = 2; number < 7; number++) {
            assertThat(window.duplicate(EPOCH, 10 * number, 10 * number + 9)).contains(batch(number));
        }
        assertThat(window.duplicate(EPOCH, 10, 19)).isEmpty();
    }

    @Test
    void shouldNotTakeOtherSequencesOrEpochsForADuplicate() {
        // Given
        ProducerWindow window = windowOf(2);

        // Then
        assertThat(window.duplicate(EPOCH, 10, 18)).isEmpty();
        assertThat(window.duplicate(EPOCH, 11, 19)).isEmpty();
        assertThat(window.duplicate((short) (EPOCH + 1), 10, 19)).isEmpty();
    }

    @Test
    void shouldTakeTheNextSequenceOnly() {
        // Given
        ProducerWindow window = windowOf(1);

        // Then
        window.checkNext(PRODUCER, EPOCH, 10);
        assertThatThrownBy(() -> window.checkNext(PRODUCER, EPOCH, 11)).isInstanceOf(OutOfOrderSequenceException.class);
        assertThatThrownBy(() -> window.checkNext(PRODUCER, EPOCH, 9)).isInstanceOf(OutOfOrderSequenceException.class);
    }

    @Test
    void shouldBeginANewEpochAtSequenceZeroAndRefuseTheOldOne() {
        // Given
        ProducerWindow window = windowOf(5);
        short newer = (short) (EPOCH + 1);

        // When
        window.checkNext(PRODUCER, newer, 0);
        ProducerWindow next = window.with(newer, new ProducerBatch(9, 59, 10, 0));

        // Then
        assertThat(next.batches()).hasSize(1);
        assertThatThrownBy(() -> window.checkNext(PRODUCER, newer, 50)).isInstanceOf(OutOfOrderSequenceException.class);
        assertThatThrownBy(() -> next.checkNext(PRODUCER, EPOCH, 50)).isInstanceOf(InvalidProducerEpochException.class);
    }

    @Test
    void shouldWrapSequencesAround() {
        // Given: the sequences 2147483643 to 2147483647, then 0 to 4.
        ProducerWindow window = ProducerWindow.first(EPOCH, new ProducerBatch(Integer.MAX_VALUE, 104, 5, 0));

        // When
        window.checkNext(PRODUCER, EPOCH, 0);
        ProducerWindow wrapped = window.with(EPOCH, new ProducerBatch(4, 109, 5, 0));

        // Then
        assertThat(wrapped.duplicate(EPOCH, Integer.MAX_VALUE - 4, Integer.MAX_VALUE))
                .isPresent();
        assertThat(wrapped.duplicate(EPOCH, 0, 4)).isPresent();
    }

    @Test
    void shouldFindABatchThatWrapsAround() {
        // When: the sequences 2147483646, 2147483647, 0.
        ProducerWindow window = ProducerWindow.first(EPOCH, new ProducerBatch(0, 102, 3, 0));

        // Then
        assertThat(window.duplicate(EPOCH, Integer.MAX_VALUE - 1, 0)).isPresent();
        window.checkNext(PRODUCER, EPOCH, 1);
    }

    @Test
    void shouldUseTheSlotsInTurn() {
        // Then
        assertThat(windowOf(1).slot()).isZero();
        assertThat(windowOf(5).slot()).isEqualTo(4);
        assertThat(windowOf(6).slot()).isZero();
    }
}
