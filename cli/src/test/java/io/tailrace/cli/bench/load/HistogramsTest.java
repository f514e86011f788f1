package io.tailrace.cli.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistogramsTest {

    /** Three digits. */
    private static final Offset<Double> EXACT_ENOUGH = within(1.0);

    @Test
    void shouldTellThePercentilesOfWhatAnotherProcessWrote(@TempDir Path directory) throws IOException {
        // Given
        Histogram written = Histograms.histogram();
        for (int ms = 1; ms <= 1_000; ms++) {
            written.recordValue(Histograms.micros(TimeUnit.MILLISECONDS.toNanos(ms)));
        }

        // When
        Path file = directory.resolve("latencies");
        Histograms.write(written, file);
        Percentiles read = Percentiles.of(Histograms.read(file));

        // Then
        assertThat(read.p50()).isCloseTo(500, EXACT_ENOUGH);
        assertThat(read.p99()).isCloseTo(990, EXACT_ENOUGH);
        assertThat(read.p999()).isCloseTo(999, EXACT_ENOUGH);
        assertThat(read.max()).isCloseTo(1_000, EXACT_ENOUGH);
        assertThat(directory).isDirectoryNotContaining("glob:**.unfinished");
    }

    @Test
    void shouldTakeWhatIsBeyondTheGreatestForTheGreatest() {
        Histogram histogram = Histograms.histogram();
        histogram.recordValue(Histograms.micros(TimeUnit.HOURS.toNanos(2)));
        assertThat(Percentiles.of(histogram).max()).isCloseTo(600_000, within(600.0));
    }

    @Test
    void shouldNotTakeAnythingForAHistogram(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("latencies"), "nothing of the kind");
        assertThatThrownBy(() -> Histograms.read(file)).isInstanceOf(Exception.class);
    }

    @Test
    void shouldRefuseToDescribeNothing() {
        assertThatThrownBy(() -> Percentiles.of(Histograms.histogram())).isInstanceOf(IllegalArgumentException.class);
    }
}
