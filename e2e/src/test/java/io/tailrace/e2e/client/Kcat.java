package io.tailrace.e2e.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Debian's kcat (librdkafka), where it is installed. Files go to the given directory. Confined to one thread. */
public final class Kcat {

    private static final long LIMIT_SECONDS = 60;

    private final Path directory;
    private final String bootstrapServers;
    private int runs;

    public Kcat(Path directory, String bootstrapServers) {
        this.directory = directory;
        this.bootstrapServers = bootstrapServers;
    }

    public static boolean isInstalled() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(entry -> Files.isExecutable(Path.of(entry, "kcat")));
    }

    /** Skips the test, with a message, where there is none. */
    public static void assumeInstalled() {
        Assumptions.assumeTrue(isInstalled(), "skipped: kcat is not installed (Debian: apt-get install kcat)");
    }

    /**
     * Runs it to its end.
     *
     * @return its standard output
     */
    public byte[] run(byte[] input, String... arguments) {
        runs++;
        Path inputFile = directory.resolve("kcat-" + runs + ".in");
        Path outputFile = directory.resolve("kcat-" + runs + ".out");
        Path errorFile = directory.resolve("kcat-" + runs + ".err");
        List<String> command = new ArrayList<>(List.of("kcat", "-b", bootstrapServers));
        command.addAll(Arrays.asList(arguments));
        try {
            Files.write(inputFile, input);
            Process process = new ProcessBuilder(command)
                    .redirectInput(inputFile.toFile())
                    .redirectOutput(outputFile.toFile())
                    .redirectError(errorFile.toFile())
                    .start();
            await(process, command, errorFile);
            return Files.readAllBytes(outputFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(Process process, List<String> command, Path errorFile) throws IOException {
        try {
            boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
            if (!ended || process.exitValue() != 0) {
                throw new AssertionError(
                        command + (ended ? " failed: " : " did not end: ") + Files.readString(errorFile));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } finally {
            process.destroyForcibly();
        }
    }
}
