package io.tailrace.e2e.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Installs the clients of other languages from their registries, once per checkout and set of versions, into
 * {@code target/clients}; what cannot be installed has a cause instead. Guarded by its own lock.
 */
final class ClientSetup {

    /** npm ci of a locked project. */
    static final ClientSetup KAFKAJS = new ClientSetup(
            "kafkajs",
            List.of("package-lock.json", "package.json", "driver.js"),
            List.of(List.of("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")));

    /** A virtual environment with pinned wheels. */
    static final ClientSetup PYTHON = new ClientSetup(
            "python",
            List.of("requirements.txt", "driver.py", "librdkafka_driver.py", "kafka_python_driver.py"),
            List.of(
                    List.of("python3", "-m", "venv", "--clear", "venv"),
                    List.of("venv/bin/pip", "install", "--only-binary", ":all:", "-r", "requirements.txt")));

    private static final Duration STEP_LIMIT = Duration.ofMinutes(4);
    private static final Path SOURCES = Path.of("src", "test", "clients");

    private final String name;
    private final List<String> files;
    private final List<List<String>> steps;
    private final Path directory;
    private @Nullable String failure;
    private boolean done;

    /**
     * Describes one.
     *
     * @param files what it needs; the first pins the versions
     * @param steps commands that install it, run in its directory
     */
    private ClientSetup(String name, List<String> files, List<List<String>> steps) {
        this.name = name;
        this.files = List.copyOf(files);
        this.steps = List.copyOf(steps);
        this.directory = Path.of("target", "clients", name).toAbsolutePath();
    }

    /** Where it is installed, its drivers included. */
    Path directory() {
        return directory;
    }

    /** Installs it the first time; null when it is there, else why not. Prints one line either way. */
    synchronized @Nullable String failure() {
        if (!done) {
            done = true;
            failure = install();
            System.out.println("client set-up: " + name
                    + (failure == null ? " is installed in " + directory : " CANNOT BE INSTALLED: " + failure));
        }
        return failure;
    }

    private @Nullable String install() {
        Path marker = directory.resolve("installed");
        try {
            Files.createDirectories(directory);
            String versions = Files.readString(SOURCES.resolve(name).resolve(files.get(0)));
            for (String file : files) {
                Files.copy(
                        SOURCES.resolve(name).resolve(file),
                        directory.resolve(file),
                        StandardCopyOption.REPLACE_EXISTING);
            }
            if (Files.exists(marker) && Files.readString(marker).equals(versions)) {
                return null;
            }
            for (List<String> step : steps) {
                String problem = run(step);
                if (problem != null) {
                    return problem;
                }
            }
            Files.writeString(marker, versions);
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private @Nullable String run(List<String> step) throws IOException {
        Path log = directory.resolve("install.log");
        List<String> command = new ArrayList<>(step);
        command.set(0, program(step.get(0)));
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            return e.getMessage();
        }
        process.getOutputStream().close();
        return await(process, String.join(" ", step), () -> tail(log));
    }

    private String program(String word) {
        return word.contains("/") ? directory.resolve(word).toString() : word;
    }

    private static @Nullable String await(Process process, String command, Supplier<String> output) {
        try {
            if (!process.waitFor(STEP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                return "`" + command + "` did not end within " + STEP_LIMIT;
            }
            return process.exitValue() == 0 ? null : "`" + command + "` failed: " + output.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        } finally {
            process.destroyForcibly();
        }
    }

    private static String tail(Path log) {
        try {
            List<String> lines = Files.readString(log).strip().lines().toList();
            return String.join(" | ", lines.subList(Math.max(0, lines.size() - 4), lines.size()));
        } catch (IOException e) {
            return "its output cannot be read";
        }
    }
}
