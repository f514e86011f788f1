package io.tailrace.cli.dev;

import io.tailrace.cli.Main;
import io.tailrace.cli.UserError;
import io.tailrace.local.ChildJvm;
import io.tailrace.local.ChildProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Starts a sub-command of {@code tailrace} as a child process and waits until it has started. */
public final class Program {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private Program() {}

    /**
     * The running program.
     *
     * @param command {@code broker} or {@code forwarder}
     */
    public static ChildProcess start(String command, Path config, Path logFile, List<String> jvmOptions) {
        Path readyFile = config.resolveSibling(command + ".ready");
        try {
            Files.deleteIfExists(readyFile);
            List<String> arguments =
                    List.of(command, "--config", config.toString(), "--ready-file", readyFile.toString());
            ChildProcess child = ChildJvm.start("the " + command, jvmOptions, Main.class, arguments, logFile);
            awaitReady(child, readyFile);
            Files.deleteIfExists(readyFile);
            return child;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitReady(ChildProcess child, Path readyFile) {
        long deadlineNs = System.nanoTime() + START_LIMIT.toNanos();
        while (!Files.exists(readyFile)) {
            if (child.waitFor(Duration.ofMillis(50)) || System.nanoTime() > deadlineNs) {
                child.kill();
                throw new UserError(child.name() + " did not start; the end of " + child.logFile() + ":\n"
                        + child.logTail(15).indent(2).stripTrailing());
            }
        }
    }
}
