package io.tailrace.local;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A process that lives no longer than its parent: its standard input is a pipe, and the child ends when the pipe does.
 * The kernel closes the pipe when the parent is gone, also after {@code kill -9}, which no shutdown hook survives.
 *
 * <p>The child runs in a session of its own, because a terminal sends Ctrl-C to everything in the foreground: the parent
 * decides in which order its children stop. Its output goes to a file. Thread-safe.
 */
public final class ChildProcess implements AutoCloseable {

    private static final long MAX_LOG_TAIL_BYTES = 64 * 1024;
    private static final boolean SETSID = Files.isExecutable(Path.of("/usr/bin/setsid"));

    private final String name;
    private final Path logFile;
    private final Process process;

    private ChildProcess(String name, Path logFile, Process process) {
        this.name = name;
        this.logFile = logFile;
        this.process = process;
    }

    /**
     * Starts a command that ends by itself when its standard input does. It inherits this process's environment except
     * what configures a Postgres, a Kafka or Tailrace itself: that is meant for others, a production Kafka perhaps.
     *
     * @param name what messages call it
     * @param environment added to what it inherits
     * @param logFile where its output is appended
     */
    public static ChildProcess start(String name, List<String> command, Map<String, String> environment, Path logFile) {
        List<String> line = new ArrayList<>(command);
        if (SETSID) {
            line.add(0, "/usr/bin/setsid");
        }
        ProcessBuilder builder = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile.toFile()));
        builder.environment().keySet().removeIf(ChildProcess::isForeignSetting);
        builder.environment().putAll(environment);
        try {
            return new ChildProcess(name, logFile, builder.start());
        } catch (IOException e) {
            throw new LocalServerException(name + " could not be started: " + e.getMessage(), e);
        }
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    public Path logFile() {
        return logFile;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Completes with the exit code when the process has ended. */
    public CompletableFuture<Integer> onExit() {
        return process.onExit().thenApply(Process::exitValue);
    }

    /** Lets the child end in its own order by closing the pipe, and kills it if that takes too long. */
    public void stop(Duration timeout) {
        closePipe();
        if (!waitFor(timeout)) {
            kill();
        }
    }

    /** As {@link #stop(Duration)}; a child that reads its standard input learns from the last word how it shall end. */
    public void stop(String lastWord, Duration timeout) {
        try {
            process.getOutputStream().write(lastWord.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // The child is gone already, which is what stopping asks for.
            closePipe();
            return;
        }
        stop(timeout);
    }

    /** Kills the process and its descendants at once, as {@code kill -9} does. */
    public void kill() {
        List<ProcessHandle> descendants = process.descendants().toList();
        process.destroyForcibly();
        descendants.forEach(ProcessHandle::destroyForcibly);
        waitFor(Duration.ofSeconds(10));
        closePipe();
    }

    @Override
    public void close() {
        stop(Duration.ofSeconds(15));
    }

    /** Whether the process has ended within the time. */
    public boolean waitFor(Duration timeout) {
        try {
            return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The last lines of its output, for messages. */
    public String logTail(int lines) {
        try (var channel = Files.newByteChannel(logFile)) {
            channel.position(Math.max(0, channel.size() - MAX_LOG_TAIL_BYTES));
            byte[] bytes = Channels.newInputStream(channel).readNBytes((int) MAX_LOG_TAIL_BYTES);
            List<String> all = new String(bytes, StandardCharsets.UTF_8).lines().toList();
            return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isForeignSetting(String variable) {
        return variable.startsWith("TAILRACE_") || variable.startsWith("PG") || variable.startsWith("KAFKA_");
    }

    private void closePipe() {
        try (OutputStream pipe = process.getOutputStream()) {
            pipe.flush();
        } catch (IOException e) {
            // The child is gone already, which is what closing asks for.
            return;
        }
    }
}
