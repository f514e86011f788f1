package io.tailrace.forwarder.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class StreamWatchTest {
    private static final long START = 1_000;
    private static final long SECOND = 1_000_000_000L;

    private final StreamProgress progress = new StreamProgress();
    private final StreamWatch watch = new StreamWatch(progress, START, Duration.ofSeconds(60), 0);

    private static ReplicationSlot.State slot(long confirmed, long sent, long current) {
        return new ReplicationSlot.State("pgoutput", true, true, 1, "reserved", confirmed, sent, current, 0);
    }

    @Test
    void shouldNotProbeWhereNothingIsWritten() {
        assertThat(watch.wantsProbe(slot(START, START, START + 100), SECOND)).isFalse();
        assertThat(watch.wantsProbe(slot(START, START, START + 1_000), SECOND)).isTrue();
    }

    @Test
    void shouldWaitForTheAnswerBeforeItProbesAgain() {
        // Given
        watch.onProbe(5_000, 0);

        // When
        boolean before = watch.wantsProbe(slot(START, START, 9_000), 30 * SECOND);
        progress.onSeen(5_100);
        watch.check(slot(START, 9_000, 9_000), 30 * SECOND);
        boolean after = watch.wantsProbe(slot(START, 9_000, 9_000), 30 * SECOND);

        // Then
        assertThat(before).isFalse();
        assertThat(after).isTrue();
    }

    @Test
    void shouldComplainWhenAProbeDoesNotCome() {
        // Given
        watch.check(slot(START, 0, 5_000), 0);
        watch.onProbe(5_000, 0);

        // When
        StreamWatch.Complaint early = watch.check(slot(START, 0, 6_000), 60 * SECOND);
        StreamWatch.Complaint late = watch.check(slot(START, 0, 6_000), 61 * SECOND);

        // Then
        assertThat(early).isNull();
        assertThat(late).extracting(StreamWatch.Complaint::isSilent).isEqualTo(true);
    }

    @Test
    void shouldWaitWhilePostgresReadsWhatIsNoneOfOurs() {
        // Given
        watch.onProbe(500_000, 0);

        // When
        StreamWatch.Complaint reading = null;
        for (int minute = 1; minute <= 4; minute++) {
            reading = watch.check(slot(START, minute * 100_000L, 600_000), minute * 50L * SECOND);
        }
        watch.check(slot(START, 600_000, 600_000), 250 * SECOND);
        StreamWatch.Complaint read = watch.check(slot(START, 700_000, 700_000), 311 * SECOND);

        // Then
        assertThat(reading).isNull();
        assertThat(read).isNotNull();
    }

    @Test
    void shouldNotComplainWhileTheTargetKeepsItWaiting() {
        // Given
        watch.onProbe(5_000, 0);
        progress.onBusy(true);

        // When
        StreamWatch.Complaint complaint = watch.check(slot(START, 0, 6_000), 600 * SECOND);

        // Then
        assertThat(complaint).isNull();
    }

    @Test
    void shouldNotComplainWhileRowsCome() {
        // Given
        watch.onProbe(5_000, 0);

        // When
        StreamWatch.Complaint complaint = null;
        for (int i = 1; i <= 10; i++) {
            progress.onEvent();
            complaint = watch.check(slot(START, 6_000, 6_000), i * 50L * SECOND);
        }

        // Then
        assertThat(complaint).isNull();
    }

    @Test
    void shouldComplainWhenNothingIsConfirmed() {
        // Given
        progress.onSeen(4_000);
        progress.onMarked(4_000);
        watch.check(slot(START, 4_000, 4_000), 0);

        // When
        StreamWatch.Complaint complaint = watch.check(slot(START, 4_000, 4_000), 61 * SECOND);

        // Then
        assertThat(complaint)
                .extracting(StreamWatch.Complaint::reason)
                .asString()
                .contains("confirm");
    }

    @Test
    void shouldComplainWhenTheSlotStandsBeyondWhatWasConfirmed() {
        // Given
        progress.onMarked(2_000);

        // When
        StreamWatch.Complaint at = watch.check(slot(2_000, 2_000, 2_000), SECOND);
        StreamWatch.Complaint beyond = watch.check(slot(2_001, 2_001, 2_001), SECOND);

        // Then
        assertThat(at).isNull();
        assertThat(beyond).extracting(StreamWatch.Complaint::isSilent).isEqualTo(false);
    }
}
