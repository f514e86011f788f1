package io.tailrace.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The file {@code postmaster.pid}, which a killed Postgres leaves behind. Its process id may by now belong to another
 * process, in containers even to one of the same user, and then Postgres refuses to start; so a file whose process does
 * not work in the data directory is deleted.
 */
final class PostmasterPid {

    private PostmasterPid() {}

    /** Waits for a Postgres that is still shutting down there, and removes what a dead one left. */
    static void waitUntilGone(Path dataDirectory, Duration limit) {
        long deadlineNs = System.nanoTime() + limit.toNanos();
        Path file = dataDirectory.resolve("postmaster.pid");
        try {
            while (owner(file, dataDirectory).isPresent()) {
                if (System.nanoTime() > deadlineNs) {
                    throw new LocalServerException("another Postgres runs in " + dataDirectory);
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new LocalServerException("cannot read " + file + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalServerException("interrupted while an older Postgres was stopping", e);
        }
    }

    private static Optional<ProcessHandle> owner(Path file, Path dataDirectory) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (lines.isEmpty() || !lines.get(0).matches("\\d{1,10}")) {
            return Optional.empty();
        }
        return ProcessHandle.of(Long.parseLong(lines.get(0))).filter(process -> worksIn(process, dataDirectory));
    }

    private static boolean worksIn(ProcessHandle process, Path dataDirectory) {
        try {
            Path workingDirectory = Path.of("/proc", Long.toString(process.pid()), "cwd");
            return Files.isSameFile(workingDirectory, dataDirectory);
        } catch (IOException e) {
            return false;
        }
    }
}
