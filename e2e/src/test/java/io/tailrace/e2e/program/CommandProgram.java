package io.tailrace.e2e.program;

import io.tailrace.local.ChildProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A command of {@code tailrace} that ends by itself, as the distribution runs it. Stateless. */
final class CommandProgram {

    private static final Duration LIMIT = Duration.ofMinutes(10);

    private CommandProgram() {}

    /**
     * Runs it to its end.
     *
     * @param directory where its output goes
     * @param command the command, and options after {@code --config}
     */
    static CommandResult run(Path directory, Path config, List<String> command) {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"));
        line.addAll(ClassArchive.options());
        line.addAll(List.of("-cp", Program.classPath(), "io.tailrace.cli.Main"));
        line.addAll(command);
        line.addAll(List.of("--config", config.toString()));
        String name = "tailrace " + String.join(" ", command);
        Path log = directory.resolve(String.join("-", command) + "-" + System.nanoTime() + ".log");
        try {
            Files.createDirectories(directory);
            try (ChildProcess process = ChildProcess.start(name, line, Map.of(), log)) {
                if (!process.waitFor(LIMIT)) {
                    throw new AssertionError(name + " did not end:\n" + process.logTail(20));
                }
                return new CommandResult(process.onExit().join(), Files.readString(log));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
