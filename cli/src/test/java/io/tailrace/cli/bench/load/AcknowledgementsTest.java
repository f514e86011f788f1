package io.tailrace.cli.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcknowledgementsTest {

    @Test
    void shouldReadWhatItWrote(@TempDir Path directory) throws IOException {
        // Given
        Acknowledgements written = new Acknowledgements(3);
        written.add(0, 5, 1_000, 3_000);
        written.add(2, Long.MAX_VALUE, 2_000, 6_000);

        // When
        Path file = directory.resolve("acknowledgements");
        written.write(file);
        Acknowledgements read = Acknowledgements.read(file);

        // Then
        assertThat(read.size()).isEqualTo(2);
        assertThat(read.partition(1)).isEqualTo(2);
        assertThat(read.offset(1)).isEqualTo(Long.MAX_VALUE);
        assertThat(read.acknowledgedUs(1)).isEqualTo(6_000);
        assertThat(read.latency()).isEqualTo(new Percentiles(2, 4, 4, 4));
    }
}
