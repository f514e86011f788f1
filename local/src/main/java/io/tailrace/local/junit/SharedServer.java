package io.tailrace.local.junit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A server that all tests of this JVM share: started when the first one asks, closed when the JVM ends. Its log lies in
 * {@code target/server-logs} and is deleted with it, unless a test has failed. Guarded by its own lock.
 */
final class SharedServer<T extends AutoCloseable> {

    private final String name;
    private final Function<Path, T> starter;
    private final AtomicBoolean failed = new AtomicBoolean();
    private @Nullable T server;

    /**
     * @param starter starts the server with the given log file
     */
    SharedServer(String name, Function<Path, T> starter) {
        this.name = name;
        this.starter = starter;
    }

    synchronized T server() {
        if (server == null) {
            Path logFile = logFile();
            T started = starter.apply(logFile);
            server = started;
            Runtime.getRuntime().addShutdownHook(new Thread(() -> close(started, logFile), name + "-closer"));
        }
        return server;
    }

    void testFailed() {
        failed.set(true);
    }

    private Path logFile() {
        try {
            Path directory = Files.createDirectories(Path.of("target", "server-logs"));
            return directory.resolve(name + "-" + ProcessHandle.current().pid() + ".log");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void close(T started, Path logFile) {
        try {
            started.close();
            if (failed.get()) {
                System.err.println("A test failed; the log of its " + name + " is " + logFile.toAbsolutePath());
            } else {
                Files.deleteIfExists(logFile);
            }
        } catch (Exception e) {
            System.err.println("Closing the shared " + name + " failed: " + e);
        }
    }
}
