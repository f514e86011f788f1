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

/** {@code tailrace kafka TOOL}: a command-line tool of Apache Kafka as the distribution runs it. Stateless. */
public final class ToolProgram {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private ToolProgram() {}

    /**
     * Runs it to its end.
     *
     * @param directory where its output goes
     * @param name of the script, {@code kafka-configs}
     * @return its output
     */
    public static String run(Path directory, String name, String... arguments) {
        Path log = directory.resolve(name + "-" + System.nanoTime() + ".log");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(ClassArchive.options());
        command.addAll(List.of("-cp", Program.classPath(), "io.tailrace.cli.Main", "kafka", name));
        command.addAll(List.of(arguments));
        try (ChildProcess process = ChildProcess.start(name, command, Map.of(), log)) {
            if (!process.waitFor(LIMIT) || process.onExit().join() != 0) {
                throw new AssertionError(name + " did not end well:\n" + process.logTail(20));
            }
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
