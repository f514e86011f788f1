package io.tailrace.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A program that runs until SIGTERM or Ctrl-C and is then closed, for a bounded time. The process ends with 0 if that
 * went well: the JVM's own code for a signal, 143, would look like a failure to whoever sent it.
 */
public final class RunningProgram {

    private static final Logger LOGGER = LoggerFactory.getLogger(RunningProgram.class);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(30);

    private final String name;
    private final AutoCloseable program;

    public RunningProgram(String name, AutoCloseable program) {
        this.name = name;
        this.program = program;
    }

    /**
     * Waits for the signal; returns only if interrupted.
     *
     * @param readyFile gets the text, if not null
     */
    public void awaitSignal(@Nullable Path readyFile, String readyText) throws IOException, InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::closeAndHalt, name + "-shutdown"));
        if (readyFile != null) {
            Path unfinished = readyFile.resolveSibling(readyFile.getFileName() + ".tmp");
            Files.writeString(unfinished, readyText);
            Files.move(unfinished, readyFile, StandardCopyOption.ATOMIC_MOVE);
        }
        new CountDownLatch(1).await();
    }

    private void closeAndHalt() {
        Thread closer = new Thread(this::close, name + "-closer");
        closer.setDaemon(true);
        closer.start();
        try {
            closer.join(CLOSE_LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (closer.isAlive()) {
            LOGGER.atError().addKeyValue("seconds", CLOSE_LIMIT.toSeconds()).log("did not close in time");
        }
        Runtime.getRuntime().halt(closer.isAlive() ? 1 : 0);
    }

    private void close() {
        LOGGER.atInfo().addKeyValue("program", name).log("stopping");
        try {
            program.close();
            LOGGER.atInfo().addKeyValue("program", name).log("stopped");
        } catch (Exception e) {
            LOGGER.atError().addKeyValue("program", name).setCause(e).log("failed to close");
        }
    }
}
