package io.tailrace.e2e.program;

import static org.awaitility.Awaitility.await;

import io.tailrace.local.ChildMain;
import io.tailrace.local.ChildProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One of the packaged programs, run by the class path of the distribution, which is started, killed and started again.
 * Confined to the test's thread.
 */
public final class Program {

    private static final String MAIN_CLASS = "io.tailrace.cli.Main";
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final long DUMP_TIME_MS = 2_000;

    private final String name;
    private final List<String> words;
    private final Path config;
    private final Path logFile;
    private @Nullable ChildProcess process;

    Program(String name, Path config, Path logFile) {
        this(name, List.of(name), config, logFile);
    }

    /** A program that is called by several words, or with more than its configuration. */
    Program(String name, List<String> words, Path config, Path logFile) {
        this.name = name;
        this.words = List.copyOf(words);
        this.config = config;
        this.logFile = logFile;
    }

    /** The unpacked distribution that Maven made before these tests. */
    static Path home() {
        Path home = Path.of(System.getProperty("tailrace.home", "../cli/target/tailrace"))
                .toAbsolutePath()
                .normalize();
        if (!Files.isDirectory(home.resolve("lib"))) {
            throw new IllegalStateException("no distribution in " + home + ": run `mvn -B -DskipTests package` first");
        }
        return home;
    }

    static String classPath() {
        return home().resolve("lib") + "/*";
    }

    public void start() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xms64m", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true"));
        command.addAll(ClassArchive.options());
        command.addAll(List.of("-cp", classPath()));
        // So that the program ends with this JVM, however that ends.
        command.add(ChildMain.class.getName());
        command.add(MAIN_CLASS);
        command.addAll(words);
        command.addAll(List.of("--config", config.toString()));
        process = ChildProcess.start(name, command, Map.of(), logFile);
    }

    /** At once, as {@code kill -9}. */
    public void kill() {
        if (process != null) {
            process.kill();
        }
    }

    /** Asks it to end, as {@code kill} does without a number, and waits until it has. */
    public void terminate() {
        ChildProcess running = running();
        ProcessHandle.of(running.pid()).ifPresent(ProcessHandle::destroy);
        if (!running.waitFor(STOP_LIMIT)) {
            throw new AssertionError(
                    name + " still runs " + STOP_LIMIT + " after SIGTERM; its log ends:\n" + logTail());
        }
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Waits for its end. */
    public int exitCode(Duration limit) {
        ChildProcess running = running();
        await("end of " + name).atMost(limit).until(() -> !running.isAlive());
        return running.onExit().join();
    }

    public String logTail() {
        return running().logTail(40);
    }

    /** What each of its threads does now, whole: the program writes it to its log on SIGQUIT. */
    String threads() {
        try {
            long begin = Files.size(logFile);
            new ProcessBuilder("kill", "-QUIT", Long.toString(running().pid()))
                    .start()
                    .waitFor();
            Thread.sleep(DUMP_TIME_MS);
            byte[] log = Files.readAllBytes(logFile);
            return new String(log, (int) begin, log.length - (int) begin, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted before the program had written it";
        }
    }

    Path config() {
        return config;
    }

    public Path logFile() {
        return logFile;
    }

    void close() {
        if (process != null) {
            process.stop(STOP_LIMIT);
        }
    }

    private ChildProcess running() {
        if (process == null) {
            throw new IllegalStateException(name + " was not started");
        }
        return process;
    }
}
