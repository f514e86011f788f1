package io.tailrace.cli.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** Times in microseconds, to three digits, up to ten minutes; and as files, from a client to who started it. */
final class Histograms {

    private static final long MAX_US = TimeUnit.MINUTES.toMicros(10);
    private static final int DIGITS = 3;

    private Histograms() {}

    /** One that many threads may write to. */
    static Recorder recorder() {
        return new Recorder(1, MAX_US, DIGITS);
    }

    static Histogram histogram() {
        return new Histogram(1, MAX_US, DIGITS);
    }

    /** The time as it is recorded: what is beyond the greatest counts as the greatest. */
    static long micros(long elapsedNs) {
        return Math.min(MAX_US, Math.max(0, TimeUnit.NANOSECONDS.toMicros(elapsedNs)));
    }

    /** The file is there, whole, or not at all. */
    static void write(Histogram histogram, Path file) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(buffer);
        Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
        Files.write(unfinished, Arrays.copyOf(buffer.array(), length));
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }

    static Histogram read(Path file) throws IOException {
        try {
            return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(Files.readAllBytes(file)), 0);
        } catch (DataFormatException e) {
            throw new IOException(file + " does not hold a histogram", e);
        }
    }
}
