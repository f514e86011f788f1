package io.tailrace.broker.txn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.apache.kafka.common.errors.ConcurrentTransactionsException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.junit.jupiter.api.Test;

class TransactionTest {

    private final Transaction empty = Transaction.initial("t", 7, 1000, 0);

    private static long fresh() {
        return 99;
    }

    private static long none() {
        throw new AssertionError("no new producer id is needed");
    }

    private static ProducerIdentity producer(long id, int epoch) {
        return new ProducerIdentity(id, (short) epoch);
    }

    private static Transaction withEpoch(int epoch) {
        return new Transaction("t", 7, -1, -1, (short) epoch, (short) -1, 1000, TransactionState.ONGOING, 0, 0);
    }

    @Test
    void shouldRaiseTheEpochForEachNewProducer() {
        // When
        Transaction next = empty.reinitialized(2000, Optional.empty(), TransactionTest::none, 5);

        // Then
        assertThat(next.identity()).isEqualTo(producer(7, 1));
        assertThat(next.timeoutMs()).isEqualTo(2000);
    }

    @Test
    void shouldAnswerARepeatedInitWithTheSameEpoch() {
        // Given
        Transaction next = empty.reinitialized(1000, Optional.of(producer(7, 0)), TransactionTest::none, 5);

        // When
        Transaction repeated = next.reinitialized(1000, Optional.of(producer(7, 0)), TransactionTest::none, 6);

        // Then
        assertThat(next.identity()).isEqualTo(producer(7, 1));
        assertThat(repeated.identity()).isEqualTo(producer(7, 1));
    }

    @Test
    void shouldFenceAnInitOfAnOlderProducer() {
        // Given: another producer came in between
        Transaction next = empty.reinitialized(1000, Optional.empty(), TransactionTest::none, 5);

        // Then
        assertThatThrownBy(() -> next.reinitialized(1000, Optional.of(producer(7, 0)), TransactionTest::none, 6))
                .isInstanceOf(ProducerFencedException.class);
        assertThatThrownBy(() -> next.reinitialized(1000, Optional.of(producer(8, 1)), TransactionTest::none, 6))
                .isInstanceOf(ProducerFencedException.class);
    }

    @Test
    void shouldTakeANewProducerIdAfterTheLastEpoch() {
        // Given
        Transaction last = withEpoch(Transaction.LAST_EPOCH)
                .ended(producer(7, Transaction.LAST_EPOCH), true, 1)
                .orElseThrow()
                .completed(2);

        // When
        Transaction next =
                last.reinitialized(1000, Optional.of(producer(7, Transaction.LAST_EPOCH)), TransactionTest::fresh, 3);
        Transaction repeated =
                next.reinitialized(1000, Optional.of(producer(7, Transaction.LAST_EPOCH)), TransactionTest::none, 4);

        // Then
        assertThat(next.identity()).isEqualTo(producer(99, 0));
        assertThat(repeated.identity()).isEqualTo(producer(99, 0));
    }

    @Test
    void shouldKeepTheEpochInTheOlderProtocol() {
        // When
        Transaction committed =
                empty.begun(1).ended(producer(7, 0), true, 2).orElseThrow().completed(3);

        // Then: committed again is fine, aborted is not
        assertThat(committed.state()).isEqualTo(TransactionState.COMPLETE_COMMIT);
        assertThat(committed.identity()).isEqualTo(producer(7, 0));
        assertThat(committed.ended(producer(7, 0), true, 4)).isEmpty();
        assertThatThrownBy(() -> committed.ended(producer(7, 0), false, 4))
                .isInstanceOf(InvalidTxnStateException.class);
        assertThatThrownBy(() -> empty.ended(producer(7, 0), true, 4)).isInstanceOf(InvalidTxnStateException.class);
    }

    @Test
    void shouldRaiseTheEpochWithEachOutcomeInTheNewerProtocol() {
        // When
        Transaction committed = empty.begun(1)
                .endedWithNewEpoch(producer(7, 0), true, TransactionTest::none, 2)
                .orElseThrow()
                .completed(3);

        // Then: a repetition is known by the epoch before
        assertThat(committed.identity()).isEqualTo(producer(7, 1));
        assertThat(committed.endedWithNewEpoch(producer(7, 0), true, TransactionTest::none, 4))
                .isEmpty();
        assertThatThrownBy(() -> committed.endedWithNewEpoch(producer(7, 0), false, TransactionTest::none, 4))
                .isInstanceOf(InvalidTxnStateException.class);
        assertThat(committed.endedWithNewEpoch(producer(7, 1), false, TransactionTest::none, 4))
                .isPresent();
    }

    @Test
    void shouldWaitForTheRecordsOfACommitThatComesBeforeThem() {
        // Given
        long secondsLater = 3 + Transaction.RECORDS_MAY_FOLLOW_MS;
        Transaction committed = empty.begun(1)
                .endedWithNewEpoch(producer(7, 0), true, TransactionTest::none, 2)
                .orElseThrow()
                .completed(3);

        // Then
        assertThatThrownBy(() -> committed.endedWithNewEpoch(producer(7, 1), true, TransactionTest::none, 4))
                .isInstanceOf(ConcurrentTransactionsException.class);
        assertThat(committed.begun(5).endedWithNewEpoch(producer(7, 1), true, TransactionTest::none, 6))
                .isPresent();
        assertThatThrownBy(() -> committed.endedWithNewEpoch(producer(7, 1), true, TransactionTest::none, secondsLater))
                .isInstanceOf(InvalidTxnStateException.class);
    }

    @Test
    void shouldFenceTheProducerWhoseTransactionTheCoordinatorHasAborted() {
        // Given
        Transaction aborting = empty.begun(1).abortedByCoordinator(TransactionTest::none, 2);

        // Then
        assertThatThrownBy(() -> aborting.endedWithNewEpoch(producer(7, 0), true, TransactionTest::none, 3))
                .isInstanceOf(ProducerFencedException.class);
        assertThatThrownBy(
                        () -> aborting.completed(3).endedWithNewEpoch(producer(7, 0), true, TransactionTest::none, 4))
                .isInstanceOf(ProducerFencedException.class);
        assertThat(aborting.completed(3).endedWithNewEpoch(producer(7, 0), false, TransactionTest::none, 4))
                .isEmpty();
    }

    @Test
    void shouldTakeANewProducerIdWithTheOutcomeOfTheLastEpoch() {
        // When
        Transaction decided = withEpoch(Transaction.LAST_EPOCH)
                .endedWithNewEpoch(producer(7, Transaction.LAST_EPOCH), true, TransactionTest::fresh, 2)
                .orElseThrow();
        Transaction completed = decided.completed(3);

        // Then
        assertThat(decided.producerId()).isEqualTo(7);
        assertThat(completed.identity()).isEqualTo(producer(99, 0));
        assertThat(completed.endedWithNewEpoch(producer(7, Transaction.LAST_EPOCH), true, TransactionTest::none, 4))
                .isEmpty();
    }

    @Test
    void shouldHaveClientsWaitWhileAnOutcomeIsCompleted() {
        // Given
        Transaction decided = empty.begun(1).ended(producer(7, 0), true, 2).orElseThrow();

        // Then
        assertThatThrownBy(() -> decided.ended(producer(7, 0), true, 3))
                .isInstanceOf(ConcurrentTransactionsException.class);
        assertThatThrownBy(() -> decided.checkProducer(producer(7, 0)))
                .isInstanceOf(ConcurrentTransactionsException.class);
        assertThatThrownBy(() -> decided.reinitialized(1000, Optional.empty(), TransactionTest::none, 3))
                .isInstanceOf(ConcurrentTransactionsException.class);
    }

    @Test
    void shouldFenceOtherProducers() {
        // Given
        Transaction open = withEpoch(3);

        // Then
        assertThatThrownBy(() -> open.checkProducer(producer(7, 2))).isInstanceOf(ProducerFencedException.class);
        assertThatThrownBy(() -> open.checkProducer(producer(8, 3))).isInstanceOf(InvalidPidMappingException.class);
        assertThatThrownBy(() -> open.ended(producer(7, 2), true, 1)).isInstanceOf(ProducerFencedException.class);
        assertThatThrownBy(() -> open.endedWithNewEpoch(producer(7, 4), true, TransactionTest::none, 1))
                .isInstanceOf(ProducerFencedException.class);
    }

    @Test
    void shouldTimeOutOnlyWhileItIsOpen() {
        assertThat(empty.begun(500).isTimedOut(1500)).isFalse();
        assertThat(empty.begun(500).isTimedOut(1501)).isTrue();
        assertThat(empty.isTimedOut(100_000)).isFalse();
        assertThat(empty.isExpired(100_000, 1000)).isTrue();
        assertThat(empty.begun(500).isExpired(100_000, 1000)).isFalse();
    }
}
