package io.tailrace.forwarder.offsets;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Looking offsets up, in both directions. */
final class OffsetMapTest {

    /** Records 0 to 9 and 90 to 99, without anything in between. */
    private static final OffsetMap HOLE = new OffsetMap(List.of(new OffsetRun(0, 0), new OffsetRun(90, 10)), 120, 20L);

    private static Place at(long targetOffset) {
        return new Place.At(targetOffset);
    }

    @Test
    void shouldFindARecord() {
        assertThat(HOLE.place(0)).isEqualTo(at(0));
        assertThat(HOLE.place(9)).isEqualTo(at(9));
        assertThat(HOLE.place(93)).isEqualTo(at(13));
    }

    @Test
    void shouldTakeAHoleForTheRecordBehindIt() {
        assertThat(HOLE.place(10)).isEqualTo(at(10));
        assertThat(HOLE.place(50)).isEqualTo(at(10));
        assertThat(HOLE.place(89)).isEqualTo(at(10));
    }

    @Test
    void shouldEndWhereTheTargetEnds() {
        assertThat(HOLE.place(100)).isEqualTo(at(20));
        assertThat(HOLE.place(119)).isEqualTo(at(20));
        assertThat(HOLE.place(120)).isEqualTo(at(20));
        assertThat(HOLE.place(121)).isEqualTo(new Place.Ahead());
    }

    @Test
    void shouldNotGuessBelowItsFirstRun() {
        // Given
        OffsetMap map = new OffsetMap(List.of(new OffsetRun(90, 10)), 100, 20L);

        // Then
        assertThat(map.place(89)).isEqualTo(new Place.Below());
        assertThat(map.source(9)).isEmpty();
    }

    @Test
    void shouldKnowOnlyTheEndWithoutRuns() {
        // Given
        OffsetMap map = new OffsetMap(List.of(), 100, 20L);

        // Then
        assertThat(map.place(99)).isEqualTo(new Place.Below());
        assertThat(map.place(100)).isEqualTo(at(20));
        assertThat(new OffsetMap(List.of(), 0, null).place(0)).isEqualTo(new Place.Ahead());
    }

    @Test
    void shouldFindWhichRecordComesNextOnTheTarget() {
        assertThat(HOLE.source(4)).hasValue(4);
        assertThat(HOLE.source(10)).hasValue(90);
        assertThat(HOLE.source(20)).hasValue(100);
    }

    @Test
    void shouldFindTheRecordBehindThoseOfSomebodyElse() {
        // Given
        OffsetMap map = new OffsetMap(List.of(new OffsetRun(0, 0), new OffsetRun(10, 12)), 20, 22L);

        // Then
        assertThat(map.source(10)).hasValue(10);
        assertThat(map.source(11)).hasValue(10);
        assertThat(map.source(12)).hasValue(10);
    }

    /** Records with random holes on this side and random strangers on the other. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void shouldFindEveryRecordBesideRandomHoles(int seed) {
        // Given
        Random random = new Random(seed);
        TreeMap<Long, Long> truth = new TreeMap<>();
        List<OffsetRun> runs = new ArrayList<>(List.of(new OffsetRun(0, 7)));
        long target = 7;
        long source = 0;
        for (int i = 0; i < 2_000; i++) {
            source += random.nextInt(4) == 0 ? random.nextInt(5) : 0;
            target += seed % 2 == 0 && random.nextInt(20) == 0 ? random.nextInt(3) : 0;
            if (runs.get(runs.size() - 1).target(source) != target) {
                runs.add(new OffsetRun(source, target));
            }
            truth.put(source++, target++);
        }
        OffsetMap map = new OffsetMap(runs, source + 3, target);

        // Then
        for (long offset = 0; offset < source; offset++) {
            long next = truth.ceilingEntry(offset).getValue();
            Place.At place = (Place.At) map.place(offset);
            if (truth.containsKey(offset)) {
                assertThat(place.targetOffset()).isEqualTo(next);
                assertThat(map.source(next)).hasValue(offset);
            } else {
                Long before = truth.lowerEntry(offset) == null
                        ? 7L
                        : truth.lowerEntry(offset).getValue() + 1;
                assertThat(place.targetOffset()).isBetween(before, next);
            }
        }
        assertThat(map.place(source)).isEqualTo(at(target));
    }
}
