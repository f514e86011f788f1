package io.tailrace.forwarder.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.forwarder.offsets.OffsetRun;
import io.tailrace.forwarder.retry.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What counts as acknowledged, and what a refusal does to a partition. */
final class DeliveriesTest {
    private static final Backoff BACKOFF = new Backoff(Duration.ofNanos(100), Duration.ofNanos(300));

    private final Deliveries deliveries = new Deliveries();
    private final PartitionProgress progress = new PartitionProgress(1, 0, 10, null);

    private Delivery send(long offset) {
        Delivery delivery = new Delivery(progress, offset, 1, 100);
        deliveries.add(delivery);
        return delivery;
    }

    private static void acknowledge(Delivery delivery, long targetOffset) {
        delivery.onAcknowledged(targetOffset);
    }

    private static void refuse(Delivery delivery) {
        delivery.onRefused(new RecordTooLargeException("too large"));
    }

    /** Settles as the pipeline does. @return the offsets that count as acknowledged */
    private List<Long> settle(long nowNs) {
        List<Long> acknowledged = new ArrayList<>();
        for (Delivery next = deliveries.pollSettled(); next != null; next = deliveries.pollSettled()) {
            if (next.error() != null) {
                Deliveries.refuse(next, nowNs, BACKOFF);
            } else if (next.isDiscarded()) {
                Deliveries.discard(next);
            } else if (Deliveries.acknowledge(next)) {
                acknowledged.add(next.offset());
            }
        }
        return acknowledged;
    }

    private @Nullable Position unsaved() {
        Checkpoint checkpoint = progress.unsaved();
        return checkpoint == null ? null : checkpoint.position();
    }

    @Test
    void shouldSettleInTheOrderOfTheLog() {
        // Given
        Delivery first = send(10);
        Delivery second = send(11);
        Delivery third = send(12);

        // When
        acknowledge(second, 101);
        List<Long> early = settle(0);
        acknowledge(first, 100);
        List<Long> then = settle(0);

        // Then
        assertThat(early).isEmpty();
        assertThat(then).containsExactly(10L, 11L);
        assertThat(third.isPending()).isTrue();
        assertThat(deliveries.settled()).isEqualTo(2);
        assertThat(deliveries.sent()).isEqualTo(3);
        assertThat(deliveries.bytes()).isEqualTo(100);
        assertThat(unsaved()).isEqualTo(new Position(1, 0, 12, 102L, false));
    }

    private Delivery sendBatch(long offset, int records) {
        Delivery delivery = new Delivery(progress, offset, records, 100);
        deliveries.add(delivery);
        return delivery;
    }

    @Test
    void shouldCountTheRecordsOfABatch() {
        // Given
        Delivery batch = sendBatch(10, 5);
        Delivery behind = send(15);

        // When
        acknowledge(batch, 100);
        settle(0);
        Position atTheBatch = unsaved();
        acknowledge(behind, 105);
        settle(0);

        // Then
        assertThat(atTheBatch).isEqualTo(new Position(1, 0, 15, 105L, false));
        assertThat(unsaved()).isEqualTo(new Position(1, 0, 16, 106L, false));
        assertThat(progress.unsaved()).extracting(Checkpoint::runs).isEqualTo(List.of(new OffsetRun(10, 100)));
        assertThat(deliveries.sent()).isEqualTo(6);
        assertThat(deliveries.settled()).isEqualTo(6);
    }

    @Test
    void shouldTakeABatchApartThatIsRefusedAsAWhole() {
        // Given
        Delivery batch = sendBatch(10, 5);
        Delivery behind = sendBatch(15, 5);

        // When
        batch.onRefusedAsWhole(new RecordTooLargeException("too large"));
        behind.onDiscarded();
        List<Long> acknowledged = settle(0);

        // Then
        assertThat(acknowledged).isEmpty();
        assertThat(progress.next()).isEqualTo(10);
        assertThat(progress.isFlowing()).isTrue();
        assertThat(progress.takesApart(10)).isTrue();
        assertThat(progress.takesApart(15)).isFalse();
    }

    @Test
    void shouldSaveBehindAHoleOnlyWhenNothingIsOpen() {
        // Given
        Delivery first = send(10);
        progress.skipTo(20);

        // When
        Position open = unsaved();
        acknowledge(first, 0);
        settle(0);

        // Then
        assertThat(open).isEqualTo(new Position(1, 0, 10, null, false));
        assertThat(unsaved()).isEqualTo(new Position(1, 0, 20, 1L, false));
    }

    @Test
    void shouldNotSaveWhatIsSaved() {
        // Given
        Position saved = new Position(1, 0, 5, 7L, false);
        PartitionProgress restored = PartitionProgress.from(new Checkpoint(saved, List.of()));

        // Then
        assertThat(restored.unsaved()).isNull();
        assertThat(restored.next()).isEqualTo(5);
    }

    @Test
    void shouldGoBackToARefusedRecordAndSendTheRestAgain() {
        // Given
        Delivery before = send(10);
        Delivery refused = send(11);
        Delivery after = send(12);

        // When
        refuse(refused);
        boolean flowsAtOnce = progress.isFlowing();
        acknowledge(before, 100);
        after.onDiscarded();
        List<Long> acknowledged = settle(0);

        // Then
        assertThat(flowsAtOnce).isFalse();
        assertThat(acknowledged).containsExactly(10L);
        assertThat(progress.next()).isEqualTo(11);
        assertThat(unsaved()).isEqualTo(new Position(1, 0, 11, 101L, false));
        assertThat(progress.isFlowing()).isFalse();
        assertThat(progress.isAligned()).isFalse();
    }

    @Test
    void shouldFlowAgainOnceAProbeHasPassed() {
        // Given
        refuse(send(10));
        settle(0);

        // When
        boolean tooEarly = progress.isProbeDue(99);
        boolean due = progress.isProbeDue(100);
        progress.probe();
        boolean takesProbe = progress.takes(10);
        Delivery probe = send(10);
        boolean flowsMeanwhile = progress.isFlowing();
        acknowledge(probe, 5);
        settle(100);

        // Then
        assertThat(tooEarly).isFalse();
        assertThat(due).isTrue();
        assertThat(takesProbe).isTrue();
        assertThat(flowsMeanwhile).isFalse();
        assertThat(progress.isFlowing()).isTrue();
        assertThat(progress.next()).isEqualTo(11);
    }

    @Test
    void shouldWaitLongerAfterEachRefusedProbe() {
        // Given
        refuse(send(10));
        settle(0);

        // When
        progress.probe();
        refuse(send(10));
        settle(1_000);

        // Then
        assertThat(progress.isProbeDue(1_199)).isFalse();
        assertThat(progress.isProbeDue(1_200)).isTrue();
    }

    @Test
    void shouldNotStayRefusedByALaterRefusalOfTheSameRun() {
        // Given
        Delivery first = send(10);
        Delivery second = send(11);
        refuse(first);
        settle(0);

        // When
        refuse(second);
        settle(0);
        progress.probe();
        acknowledge(send(10), 0);
        settle(100);

        // Then
        assertThat(progress.isFlowing()).isTrue();
    }

    @Test
    void shouldGoOnWithTheFirstRecordThatWasNotTaken() {
        // Given
        progress.align(100);
        Delivery before = send(10);
        Delivery first = send(11);
        Delivery second = send(12);

        // When
        acknowledge(before, 100);
        first.onDiscarded();
        second.onDiscarded();
        settle(0);

        // Then
        assertThat(progress.next()).isEqualTo(11);
        assertThat(progress.targetNext()).isEqualTo(101);
        assertThat(progress.isFlowing()).isTrue();
        assertThat(progress.isAligned()).isFalse();
    }

    @Test
    void shouldNotMoveOnByAnAcknowledgementBehindARecordThatWasNotTaken() {
        // Given
        progress.align(100);
        Delivery first = send(10);
        Delivery second = send(11);

        // When
        first.onDiscarded();
        acknowledge(second, 101);
        settle(0);

        // Then
        assertThat(progress.next()).isEqualTo(10);
        assertThat(progress.targetNext()).isEqualTo(100);
    }

    @Test
    void shouldAskForTheEndOnlyWhenNothingIsInFlight() {
        // Given
        Delivery open = send(10);

        // When
        boolean early = progress.askTargetEnd();
        progress.onTargetEnd(5, 0);
        Long unasked = progress.targetEnd();
        acknowledge(open, 4);
        settle(0);
        boolean then = progress.askTargetEnd();
        progress.onTargetEnd(5, 0);

        // Then
        assertThat(early).isFalse();
        assertThat(unasked).isNull();
        assertThat(then).isTrue();
        assertThat(progress.targetEnd()).isEqualTo(5);
    }

    @Test
    void shouldNotTakeAnEndFromBeforeItWentAstrayAgain() {
        // Given
        progress.askTargetEnd();

        // When
        progress.unalign();
        progress.onTargetEnd(5, 0);

        // Then
        assertThat(progress.targetEnd()).isNull();
    }

    @Test
    void shouldTryAtOnceWhenTheEndIsThereButNotWhatWasRefused() {
        // Given
        progress.hold(0, BACKOFF);
        PartitionProgress refused = new PartitionProgress(1, 1, 10, null);
        Delivery delivery = new Delivery(refused, 10, 1, 1);
        deliveries.add(delivery);
        refuse(delivery);
        settle(0);

        // When
        for (PartitionProgress held : List.of(progress, refused)) {
            held.askTargetEnd();
            held.onTargetEnd(5, 10);
        }

        // Then
        assertThat(progress.isProbeDue(10)).isTrue();
        assertThat(refused.isProbeDue(10)).isFalse();
    }

    @Test
    void shouldNoticeThatTheTargetGivesAnOffsetOutAgain() {
        // Given
        progress.align(100);
        acknowledge(send(10), 100);
        settle(0);

        // When
        Delivery again = send(11);
        Delivery behind = send(12);
        acknowledge(again, 50);
        acknowledge(behind, 51);
        deliveries.pollSettled();
        boolean counts = Deliveries.fallBack(again);
        settle(0);

        // Then
        assertThat(counts).isTrue();
        assertThat(progress.fallenTo()).isEqualTo(50);
        assertThat(progress.next()).isEqualTo(11);
        assertThat(progress.targetNext()).isEqualTo(101);
        assertThat(progress.hasLost(200)).isTrue();
    }

    @Test
    void shouldGoBackToWhatTheTargetHas() {
        // Given
        progress.align(100);
        acknowledge(send(10), 100);
        acknowledge(send(11), 101);
        settle(0);
        progress.unalign();
        progress.askTargetEnd();
        progress.onTargetEnd(101, 0);

        // When
        boolean astray = progress.isAstray();
        progress.cutBack(new Checkpoint(new Position(1, 0, 11, 101L, false), List.of(new OffsetRun(10, 100))));
        progress.align(101);
        acknowledge(send(11), 101);
        settle(0);

        // Then
        assertThat(astray).isTrue();
        assertThat(progress.unsaved()).isEqualTo(new Checkpoint(new Position(1, 0, 12, 102L, false), List.of()));
    }

    @Test
    void shouldSendAgainWhatALostProducerHad() {
        // Given
        acknowledge(send(10), 0);
        send(11);
        send(12);
        settle(0);

        // When
        deliveries.abandon();

        // Then
        assertThat(progress.next()).isEqualTo(11);
        assertThat(deliveries.isEmpty()).isTrue();
        assertThat(deliveries.settled()).isEqualTo(deliveries.sent());
        assertThat(unsaved()).isEqualTo(new Position(1, 0, 11, 1L, false));
    }

    @Test
    void shouldTakeOverWhatAnotherProcessHasForwarded() {
        // When
        progress.advanceTo(new Checkpoint(new Position(1, 0, 30, 31L, false), List.of()));

        // Then
        assertThat(progress.next()).isEqualTo(30);
        assertThat(progress.unsaved()).isNull();
    }

    @Test
    void shouldNoteARunOfTheMapOnlyWhereTheDifferenceChanges() {
        // Given
        progress.align(100);

        // When
        for (long offset : new long[] {10, 11, 14, 15}) {
            progress.skipTo(offset);
            acknowledge(send(offset), 100 + deliveries.settled());
            settle(0);
        }

        // Then
        assertThat(Objects.requireNonNull(progress.unsaved()).runs())
                .containsExactly(new OffsetRun(10, 100), new OffsetRun(14, 102));
    }

    @Test
    void shouldSaveARunOnce() {
        // Given
        progress.align(100);
        Checkpoint first = Objects.requireNonNull(progress.unsaved());

        // When
        progress.onSaved(first);
        acknowledge(send(12), 100);
        settle(0);

        // Then
        assertThat(first.runs()).containsExactly(new OffsetRun(10, 100));
        assertThat(Objects.requireNonNull(progress.unsaved()).runs()).containsExactly(new OffsetRun(12, 100));
    }

    @Test
    void shouldLeadTheMapPastWhatWasSentAgain() {
        // Given: records at 10 and 11 of the target, and of the log, where there is nothing at 12 and 13
        progress.align(10);
        acknowledge(send(10), 10);
        acknowledge(send(11), 11);
        settle(0);
        progress.skipTo(14);

        // When
        sendAgain(10, 12);
        sendAgain(11, 13);
        progress.passRepeated();
        acknowledge(send(14), 14);
        settle(0);

        // Then
        assertThat(progress.next()).isEqualTo(15);
        assertThat(progress.targetNext()).isEqualTo(15);
        assertThat(Objects.requireNonNull(progress.unsaved()).runs())
                .containsExactly(new OffsetRun(10, 10), new OffsetRun(12, 14), new OffsetRun(14, 14));
    }

    @Test
    void shouldKeepOneRunWhereThingsAreSentAgainTwice() {
        // Given
        progress.align(10);
        acknowledge(send(10), 10);
        settle(0);

        // When
        sendAgain(10, 11);
        progress.passRepeated();
        sendAgain(10, 12);
        progress.passRepeated();

        // Then
        assertThat(Objects.requireNonNull(progress.unsaved()).runs())
                .containsExactly(new OffsetRun(10, 10), new OffsetRun(11, 13));
    }

    @Test
    void shouldAskForTheEndWhenARecordIsRefusedAgainButGoOn() {
        // Given
        progress.align(10);
        Delivery refused = Delivery.again(progress, 3, 100);
        Delivery behind = Delivery.again(progress, 4, 100);
        deliveries.add(refused);
        deliveries.add(behind);

        // When
        refuse(refused);
        behind.onDiscarded();
        settle(0);

        // Then
        assertThat(progress.isAligned()).isFalse();
        assertThat(progress.isFlowing()).isTrue();
        assertThat(progress.isInFlight()).isFalse();
        assertThat(progress.next()).isEqualTo(10);
    }

    private void sendAgain(long offset, long targetOffset) {
        Delivery again = Delivery.again(progress, offset, 100);
        deliveries.add(again);
        acknowledge(again, targetOffset);
        settle(0);
    }
}
