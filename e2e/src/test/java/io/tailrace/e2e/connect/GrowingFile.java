package io.tailrace.e2e.connect;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** A file that grows line by line in the background; line n is {@code <n>}. Owns: its thread. The count is read after {@link #stop}. */
public final class GrowingFile implements AutoCloseable {

    private final Path file;
    private final long intervalNs;
    private final Thread thread = new Thread(this::run, "growing-file");
    private volatile boolean stopped;
    private int lines;

    private GrowingFile(Path file, int linesPerSecond) {
        this.file = file;
        this.intervalNs = Duration.ofSeconds(1).toNanos() / linesPerSecond;
    }

    public static GrowingFile start(Path file, int linesPerSecond) throws IOException {
        Files.createFile(file);
        GrowingFile growing = new GrowingFile(file, linesPerSecond);
        growing.thread.start();
        return growing;
    }

    /**
     * Ends it.
     *
     * @return how many lines it has
     */
    public int stop() throws InterruptedException {
        stopped = true;
        thread.join();
        return lines;
    }

    @Override
    public void close() {
        stopped = true;
    }

    private void run() {
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
            while (!stopped) {
                out.write(("<" + lines + ">\n").getBytes(StandardCharsets.US_ASCII));
                lines++;
                LockSupport.parkNanos(intervalNs);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
