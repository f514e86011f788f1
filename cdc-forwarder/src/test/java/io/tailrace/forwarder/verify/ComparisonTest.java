package io.tailrace.forwarder.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.forwarder.decode.LogRow;
import io.tailrace.forwarder.verify.Comparison.TargetSide;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ComparisonTest {
    private static final int EVERYTHING = Integer.MAX_VALUE;

    private final List<LogRow> rows = new ArrayList<>();
    private final List<LogRow> records = new ArrayList<>();
    private final Set<Long> setAside = new HashSet<>();
    private final Set<Long> repeated = new HashSet<>();
    private final Set<Long> aborted = new HashSet<>();
    private final Exceptions exceptions = new Exceptions() {
        @Override
        public boolean isSetAside(long offset) {
            return setAside.contains(offset);
        }

        @Override
        public boolean isRepeated(long targetOffset) {
            return repeated.contains(targetOffset);
        }
    };

    @Test
    void shouldBeGreenWhereAllIsTheSame() throws SQLException {
        // Given
        same(0, 10, 0);

        // When
        Comparison comparison = comparison(oneRun(10), false, false);
        Mismatch difference = comparison.run(EVERYTHING, Long.MAX_VALUE);

        // Then
        assertThat(difference).isNull();
        assertThat(comparison.isAtEnd()).isTrue();
        assertThat(comparison.verified().records()).isEqualTo(10);
        assertThat(comparison.verified().verifiedTo()).isEqualTo(10);
        assertThat(comparison.verified().targetVerifiedTo()).isEqualTo(10);
    }

    @Test
    void shouldFollowTheMapThroughHoles() throws SQLException {
        // Given
        same(3, 5, 0);
        same(9, 12, 2);

        // When
        Mismatch difference = difference(new OffsetRuns(new long[] {3, 9}, new long[] {0, 2}, 20, 5), false, false);

        // Then
        assertThat(difference).isNull();
    }

    @Test
    void shouldCountWhatWasSetAsideAndWhatWasSentAgain() throws SQLException {
        // Given: the record at 3 was refused; between 4 and 5 it was sent after all, and 0 and 1 once more
        same(0, 3, 0);
        rows(LongStream.of(3));
        same(4, 5, 3);
        for (long again : new long[] {3, 0, 1}) {
            repeated.add((long) records.size());
            records.add(content(records.size(), again));
        }
        same(5, 8, 7);
        setAside.add(3L);
        OffsetRuns runs = new OffsetRuns(new long[] {0, 4, 5}, new long[] {0, 3, 7}, 8, 10);

        // When
        Comparison comparison = comparison(runs, false, false);
        Mismatch difference = comparison.run(EVERYTHING, Long.MAX_VALUE);

        // Then
        assertThat(difference).isNull();
        assertThat(comparison.verified().records()).isEqualTo(7);
        assertThat(comparison.verified().setAside()).isEqualTo(1);
        assertThat(comparison.verified().repeated()).isEqualTo(3);
        assertThat(inPieces(runs, new Random(1))).isNull();
    }

    @Test
    void shouldTakeNoNoticeOfWhatWasAbortedOnTheTarget() throws SQLException {
        // Given: records of aborted transactions at 3 and 4, with its mark at 5, and at 8, behind what is ours
        same(0, 3, 0);
        for (long offset : new long[] {3, 4}) {
            records.add(content(offset, 999));
            aborted.add(offset);
        }
        same(3, 5, 6);
        records.add(content(8, 999));
        aborted.add(8L);
        OffsetRuns runs = new OffsetRuns(new long[] {0, 3}, new long[] {0, 6}, 5, 8);

        // When
        Comparison comparison = comparison(runs, false, false);
        Mismatch difference = comparison.run(EVERYTHING, Long.MAX_VALUE);

        // Then
        assertThat(difference).isNull();
        assertThat(comparison.isAtEnd()).isTrue();
        assertThat(comparison.verified().records()).isEqualTo(5);
        assertThat(comparison.verified().foreignRecords()).isZero();
        assertThat(comparison.verified().targetVerifiedTo()).isEqualTo(8);
        assertThat(inPieces(runs, new Random(1))).isNull();
        aborted.remove(4L);
        assertThat(difference(runs, false, false)).isEqualTo(Mismatch.of(3, 4, Difference.EXTRA));
    }

    @Test
    void shouldNotCountTwiceWhatIsBeingSentAgain() throws SQLException {
        // Given
        same(0, 3, 0);
        repeated.add(3L);
        records.add(content(3, 0));

        // When
        Comparison comparison = comparison(oneRun(3), false, false);
        Mismatch difference = comparison.run(EVERYTHING, Long.MAX_VALUE);

        // Then
        assertThat(difference).isNull();
        assertThat(comparison.verified().repeated()).isZero();
        assertThat(comparison.verified().targetVerifiedTo()).isEqualTo(3);
    }

    @Test
    void shouldGoOnWhereItStopped() throws SQLException {
        // Given
        same(0, 10, 0);
        Comparison whole = comparison(oneRun(10), false, false);
        whole.run(EVERYTHING, Long.MAX_VALUE);

        // When
        Comparison first = comparison(oneRun(10), false, false);
        first.run(4, Long.MAX_VALUE);
        rows.subList(0, 4).clear();
        records.subList(0, 4).clear();
        Comparison second = comparison(oneRun(10), false, false, first.verified());
        second.run(EVERYTHING, Long.MAX_VALUE);

        // Then
        assertThat(first.isAtEnd()).isFalse();
        assertThat(second.verified()).isEqualTo(whole.verified());
    }

    @Test
    void shouldStopWhenItHasReadEnoughBytes() throws SQLException {
        // Given
        same(0, 10, 0);

        // When
        Comparison comparison = comparison(oneRun(10), false, false);
        comparison.run(EVERYTHING, 1);

        // Then
        assertThat(comparison.verified().verifiedTo()).isEqualTo(1);
    }

    @Test
    void shouldNameEachFieldThatDiffers() throws SQLException {
        same(0, 5, 0);
        assertThat(changed(2, record(2, 1_002, "other", "2"))).isEqualTo(Mismatch.of(2, 2, Difference.KEY));
        assertThat(changed(2, record(2, 1_002, "k2", null))).isEqualTo(Mismatch.of(2, 2, Difference.VALUE));
        assertThat(changed(2, record(2, 1_002, "k2", ""))).isEqualTo(Mismatch.of(2, 2, Difference.VALUE));
        assertThat(changed(2, record(2, 1, "k2", "2"))).isEqualTo(Mismatch.of(2, 2, Difference.TIMESTAMP));
        assertThat(changed(2, record(2, 1_002, "k2", "2", new RecordHeader("h", new byte[1]))))
                .isEqualTo(Mismatch.of(2, 2, Difference.HEADERS));
        assertThat(changed(2, record(2, 1, "k", "?")).text()).isEqualTo("key, value, timestamp");
        assertThat(changed(4, record(4, 1_004, "k4", "?"))).isEqualTo(Mismatch.of(4, 4, Difference.VALUE));
    }

    private Mismatch changed(int place, LogRow record) throws SQLException {
        LogRow before = records.set(place, record);
        Mismatch difference = difference(oneRun(5), false, false);
        records.set(place, before);
        return Objects.requireNonNull(difference);
    }

    @Test
    void shouldMindTheOrderOfHeaders() throws SQLException {
        // Given
        Header one = new RecordHeader("a", new byte[] {1});
        Header other = new RecordHeader("b", null);
        rows.add(record(0, 0, null, null, one, other));
        records.add(record(0, 0, null, null, other, one));

        // When
        Mismatch difference = difference(oneRun(1), false, false);

        // Then
        assertThat(difference).isEqualTo(Mismatch.of(0, 0, Difference.HEADERS));
    }

    @Test
    void shouldFindAMissingRecord() throws SQLException {
        // Given
        rows(LongStream.range(0, 8));
        records(LongStream.of(0, 1, 2, 4, 5, 6, 7));

        // When
        Mismatch difference = difference(oneRun(8), false, false);

        // Then
        assertThat(difference).isEqualTo(Mismatch.of(3, 3, Difference.MISSING));
    }

    @Test
    void shouldFindAMissingLastRecord() throws SQLException {
        // Given
        rows(LongStream.range(0, 8));
        records(LongStream.range(0, 7));

        // When
        Mismatch difference = difference(oneRun(8), false, true);

        // Then
        assertThat(difference).isEqualTo(Mismatch.of(7, 7, Difference.MISSING));
    }

    @Test
    void shouldFindARecordThatTheMapHasNoPlaceFor() throws SQLException {
        // Given
        rows(LongStream.of(0, 1, 5, 9));
        records(LongStream.of(0, 1, 9));

        // When
        Mismatch difference = difference(new OffsetRuns(new long[] {0, 9}, new long[] {0, 2}, 10, 3), false, false);

        // Then
        assertThat(difference).isEqualTo(Mismatch.of(5, 2, Difference.MISSING));
    }

    @Test
    void shouldFindAnExtraRecord() throws SQLException {
        // Given
        rows(LongStream.range(0, 8));
        records(LongStream.of(0, 1, 2, 77, 3, 4, 5, 6, 7));

        // When
        Mismatch difference = difference(oneRun(8), false, false);

        // Then
        assertThat(difference).isEqualTo(Mismatch.of(3, 3, Difference.EXTRA));
    }

    @Test
    void shouldFindAnExtraRecordBetweenRunsAndAtTheEnd() throws SQLException {
        // Given
        rows(LongStream.of(0, 1));
        records(LongStream.of(0, 77, 1));

        // When
        OffsetRuns between = new OffsetRuns(new long[] {0, 1}, new long[] {0, 2}, 2, 3);
        Mismatch inBetween = difference(between, false, false);
        records.add(1, record(1, 1_001, "k1", "1"));
        records.remove(2);
        Mismatch atTheEnd = difference(oneRun(2), false, false);

        // Then
        assertThat(inBetween).isEqualTo(Mismatch.of(1, 1, Difference.EXTRA));
        assertThat(atTheEnd).isEqualTo(Mismatch.of(2, 2, Difference.EXTRA));
    }

    @Test
    void shouldFindRecordsThatChangedPlaces() throws SQLException {
        // Given
        rows(LongStream.range(0, 8));
        records(LongStream.of(0, 1, 3, 2, 4, 5, 6, 7));

        // When
        Mismatch difference = difference(oneRun(8), false, false);

        // Then
        assertThat(difference).isEqualTo(Mismatch.of(2, 2, Difference.ORDER));
    }

    @Test
    void shouldCountWhatTheLogDoesNotHaveAnyMore() throws SQLException {
        // Given
        rows(LongStream.of(3, 7));
        records(LongStream.range(0, 10));

        // When
        Comparison comparison = comparison(oneRun(10), false, false);
        Mismatch difference = comparison.run(EVERYTHING, Long.MAX_VALUE);

        // Then
        assertThat(difference).isNull();
        assertThat(comparison.verified().records()).isEqualTo(2);
        assertThat(comparison.verified().onlyOnTarget()).isEqualTo(8);
    }

    @Test
    void shouldCountWhatACompactedTargetDoesNotHaveAnyMore() throws SQLException {
        // Given
        rows(LongStream.range(0, 10));
        recordsAt(LongStream.of(3, 7, 9));

        // When
        Comparison comparison = comparison(oneRun(10), false, true);
        Mismatch difference = comparison.run(EVERYTHING, Long.MAX_VALUE);

        // Then
        assertThat(difference).isNull();
        assertThat(comparison.verified().records()).isEqualTo(3);
        assertThat(comparison.verified().goneFromTarget()).isEqualTo(7);
    }

    @Test
    void shouldNotTakeAGapForCompactionWhereThereIsNone() throws SQLException {
        // Given
        rows(LongStream.range(0, 10));
        recordsAt(LongStream.of(0, 1, 2, 4, 5, 6, 7, 8, 9));

        // When
        Mismatch difference = difference(oneRun(10), false, false);

        // Then
        assertThat(difference).isEqualTo(Mismatch.of(3, 3, Difference.MISSING));
    }

    @Test
    void shouldCountTheRecordsOfOthersOnASharedPartition() throws SQLException {
        // Given
        rows(LongStream.range(0, 4));
        records(LongStream.of(0, 1, 77, 78, 2, 3));

        // When
        Comparison comparison = comparison(new OffsetRuns(new long[] {0, 2}, new long[] {0, 4}, 4, 6), true, false);
        Mismatch difference = comparison.run(EVERYTHING, Long.MAX_VALUE);

        // Then
        assertThat(difference).isNull();
        assertThat(comparison.verified().records()).isEqualTo(4);
        assertThat(comparison.verified().foreignRecords()).isEqualTo(2);
    }

    static IntStream seeds() {
        return IntStream.range(0, 400);
    }

    /** A log with holes, one mutation somewhere on the target, and pieces of any size: the difference is found there. */
    @ParameterizedTest
    @MethodSource("seeds")
    void shouldFindTheFirstDifferenceExactly(int seed) throws SQLException {
        // Given
        Random random = new Random(seed);
        long[] offsets = randomOffsets(random);
        rows(LongStream.of(offsets));
        records(LongStream.of(offsets));
        OffsetRuns runs = map(offsets);
        int place = random.nextInt(offsets.length);
        Difference mutation = mutate(random, place);

        // When
        Mismatch difference = inPieces(runs, random);

        // Then
        assertThat(difference).isEqualTo(Mismatch.of(offsets[place], place, mutation));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldBeGreenWhateverTheHoles(int seed) throws SQLException {
        // Given
        Random random = new Random(seed);
        long[] offsets = randomOffsets(random);
        records(LongStream.of(offsets));
        rows(LongStream.of(offsets).filter(offset -> random.nextInt(10) > 0));

        // When
        Mismatch difference = inPieces(map(offsets), random);

        // Then
        assertThat(difference).isNull();
    }

    private static long[] randomOffsets(Random random) {
        long[] offsets = new long[2 + random.nextInt(60)];
        long next = random.nextInt(3);
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = next;
            next += random.nextInt(4) == 0 ? 1 + random.nextInt(5) : 1;
        }
        return offsets;
    }

    private static OffsetRuns map(long[] offsets) {
        int[] starts = IntStream.range(0, offsets.length)
                .filter(i -> i == 0 || offsets[i] != offsets[i - 1] + 1)
                .toArray();
        return new OffsetRuns(
                IntStream.of(starts).mapToLong(i -> offsets[i]).toArray(),
                IntStream.of(starts).mapToLong(i -> i).toArray(),
                offsets[offsets.length - 1] + 1,
                offsets.length);
    }

    private Difference mutate(Random random, int place) {
        LogRow row = records.get(place);
        long offset = row.offset();
        String key = "k" + Long.toString(rows.get(place).offset());
        String value = Long.toString(rows.get(place).offset());
        switch (random.nextInt(7)) {
            case 0 -> {
                records.remove(place);
                renumber();
                return Difference.MISSING;
            }
            case 1 -> {
                records.add(place, record(offset, 5, "x", "x"));
                renumber();
                return Difference.EXTRA;
            }
            case 2 -> {
                if (place + 1 < records.size()) {
                    records.add(place, records.remove(place + 1));
                    renumber();
                    return Difference.ORDER;
                }
                records.set(place, record(offset, row.timestampMs(), key, null));
                return Difference.VALUE;
            }
            case 3 -> {
                records.set(place, record(offset, row.timestampMs(), null, value));
                return Difference.KEY;
            }
            case 4 -> {
                records.set(place, record(offset, row.timestampMs(), key, value + " "));
                return Difference.VALUE;
            }
            case 5 -> {
                records.set(place, record(offset, row.timestampMs(), key, value, new RecordHeader("x", null)));
                return Difference.HEADERS;
            }
            default -> {
                records.set(place, record(offset, row.timestampMs() + 1, key, value));
                return Difference.TIMESTAMP;
            }
        }
    }

    private void renumber() {
        for (int i = 0; i < records.size(); i++) {
            LogRow record = records.get(i);
            records.set(i, new LogRow(1, 0, i, record.timestampMs(), record.key(), record.value(), record.headers()));
        }
    }

    /** As the verifier does it: each piece begins where the one before ended. */
    private @Nullable Mismatch inPieces(OffsetRuns runs, Random random) throws SQLException {
        Verified verified = Verified.nothing("t", 0, 0);
        while (true) {
            long from = verified.verifiedTo();
            long targetFrom = verified.targetVerifiedTo();
            assertThat(verified.fits("t", runs)).isTrue();
            Comparison comparison = new Comparison(
                    runs,
                    new TargetSide(records.size(), false, () -> false, this::committedFrom),
                    exceptions,
                    ahead(rows.stream().filter(row -> row.offset() >= from).toList()),
                    ahead(records.stream()
                            .filter(record -> record.offset() >= targetFrom)
                            .toList()),
                    verified);
            Mismatch difference = comparison.run(1 + random.nextInt(20), Long.MAX_VALUE);
            if (difference != null || comparison.isAtEnd()) {
                return difference;
            }
            verified = comparison.verified();
        }
    }

    private @Nullable Mismatch difference(OffsetRuns runs, boolean shared, boolean compacted) throws SQLException {
        return comparison(runs, shared, compacted).run(EVERYTHING, Long.MAX_VALUE);
    }

    private Comparison comparison(OffsetRuns runs, boolean shared, boolean compacted) {
        return comparison(runs, shared, compacted, Verified.nothing("t", 0, 0));
    }

    private Comparison comparison(OffsetRuns runs, boolean shared, boolean compacted, Verified from) {
        long end = records.get(records.size() - 1).offset() + 1;
        return new Comparison(
                runs,
                new TargetSide(end, shared, () -> compacted, this::committedFrom),
                exceptions,
                ahead(rows),
                ahead(records),
                from);
    }

    private long committedFrom(long targetOffset) {
        return LongStream.iterate(targetOffset, offset -> offset + 1)
                .filter(offset -> !aborted.contains(offset))
                .findFirst()
                .orElseThrow();
    }

    private static Lookahead<LogRow> ahead(List<LogRow> list) {
        Iterator<LogRow> rest = List.copyOf(list).iterator();
        return new Lookahead<>(() -> rest.hasNext() ? rest.next() : null);
    }

    private static OffsetRuns oneRun(long end) {
        return new OffsetRuns(new long[] {0}, new long[] {0}, end, end);
    }

    private void same(long startInc, long endExc, long targetStart) {
        rows(LongStream.range(startInc, endExc));
        LongStream.range(startInc, endExc)
                .forEach(offset -> records.add(content(targetStart + offset - startInc, offset)));
    }

    private void rows(LongStream offsets) {
        offsets.forEach(offset -> rows.add(content(offset, offset)));
    }

    /** One behind the other, from 0 on, with the contents of these rows. */
    private void records(LongStream contents) {
        contents.forEach(content -> records.add(content(records.size(), content)));
    }

    private void recordsAt(LongStream offsets) {
        offsets.forEach(offset -> records.add(content(offset, offset)));
    }

    private static LogRow content(long offset, long content) {
        return record(offset, 1_000 + content, "k" + content, Long.toString(content));
    }

    private static LogRow record(
            long offset, long timestampMs, @Nullable String key, @Nullable String value, Header... headers) {
        return new LogRow(1, 0, offset, timestampMs, bytes(key), bytes(value), List.of(headers));
    }

    private static byte @Nullable [] bytes(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }
}
