package io.tailrace.cli.bench.load;

import io.tailrace.cli.UserError;
import io.tailrace.local.ChildJvm;
import io.tailrace.local.ChildProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * A client in a JVM of its own, so that neither contender finds one that the other warmed up. Owns: the process. Confined to
 * one thread.
 */
public final class ClientJvm implements AutoCloseable {

    private static final List<String> JVM = List.of(
            "-Xms512m",
            "-Xmx512m",
            "-Duser.language=en",
            "-Dlogback.configurationFile=io/tailrace/cli/logback-quiet.xml");

    private final String name;
    private final Path logFile;
    private final ChildProcess process;

    private ClientJvm(String name, Path logFile, ChildProcess process) {
        this.name = name;
        this.logFile = logFile;
        this.process = process;
    }

    /** Runs the class's {@code main}; what it prints goes to a file named after it. */
    static ClientJvm start(Class<?> program, Path directory, Object... arguments) {
        String name = program.getSimpleName();
        Path logFile = directory.resolve("load-" + name + ".log");
        try {
            Files.deleteIfExists(logFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> words = Arrays.stream(arguments).map(Object::toString).toList();
        return new ClientJvm(name, logFile, ChildJvm.start(name, JVM, program, words, logFile));
    }

    /** Waits until the client has written the file, which it does in one step. */
    void await(Path file, Duration limit) {
        long deadlineNs = System.nanoTime() + limit.toNanos();
        while (!Files.exists(file)) {
            if (process.waitFor(Duration.ofMillis(20)) && !Files.exists(file)) {
                throw failed();
            }
            if (System.nanoTime() > deadlineNs) {
                throw new UserError(name + " was not ready within " + limit.toSeconds() + " seconds; " + logTail());
            }
        }
    }

    /** What it printed, once it has ended in good order. */
    List<String> output(Duration limit) {
        if (!process.waitFor(limit)) {
            throw new UserError(name + " did not end within " + limit.toMinutes() + " minutes; " + logTail());
        }
        if (process.onExit().join() != 0) {
            throw failed();
        }
        try {
            return Files.readAllLines(logFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.close();
    }

    private UserError failed() {
        return new UserError(name + " failed; " + logTail());
    }

    private String logTail() {
        return "its log ends:\n" + process.logTail(20);
    }
}
