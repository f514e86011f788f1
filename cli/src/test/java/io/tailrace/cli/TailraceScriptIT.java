package io.tailrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script, in a checkout of its own with nothing built, on a machine that has only what a test gives it. */
class TailraceScriptIT {

    private static final List<String> TOOLS = List.of(
            "sh",
            "dirname",
            "readlink",
            "sed",
            "head",
            "find",
            "mkdir",
            "flock",
            "rm",
            "tee",
            "awk",
            "tail",
            "grep",
            "cat",
            "mv");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private Path bin;

    @SuppressWarnings("NullAway.Init")
    private Path checkout;

    @BeforeEach
    void prepare() throws IOException {
        bin = Files.createDirectories(directory.resolve("bin"));
        checkout = Files.createDirectories(directory.resolve("checkout"));
        Files.copy(Path.of("..", "tailrace"), checkout.resolve("tailrace"));
        for (String tool : TOOLS) {
            for (Path place : List.of(Path.of("/usr/bin"), Path.of("/bin"))) {
                Path program = place.resolve(tool);
                if (Files.exists(program) && !Files.exists(bin.resolve(tool))) {
                    Files.createSymbolicLink(bin.resolve(tool), program);
                }
            }
        }
    }

    @Test
    void shouldSayThatJavaIsMissing() throws Exception {
        // When
        Outcome outcome = run(checkout.resolve("tailrace"), "dev");

        // Then
        assertThat(outcome)
                .isEqualTo(
                        new Outcome(
                                1,
                                "tailrace: Java is missing: install a JDK, version 17 or later (on Debian: apt install openjdk-17-jdk)."));
    }

    @Test
    void shouldSayThatJavaIsTooOld() throws Exception {
        // Given
        fakeJava("11.0.2");

        // When
        Outcome outcome = run(checkout.resolve("tailrace"), "dev");

        // Then
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.output()).endsWith("is Java 11; a JDK 17 or later is needed.");
    }

    @Test
    void shouldSayThatMavenIsMissingAlsoThroughASymbolicLink() throws Exception {
        // Given
        fakeJava("17.0.1");
        Path link = Files.createSymbolicLink(directory.resolve("link"), checkout.resolve("tailrace"));

        // When
        Outcome outcome = run(link, "dev");

        // Then
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.output()).startsWith("tailrace: Maven is missing");
        assertThat(checkout.resolve("cli")).exists();
    }

    @Test
    void shouldBuildOnceAndThenRun() throws Exception {
        // Given
        fakeJava("17.0.1");
        program(
                "mvn",
                """
                echo "[INFO] Building Tailrace: broker 1.0 [1/1]"
                mkdir -p cli/target/tailrace/lib
                """);

        // When
        Outcome first = run(checkout.resolve("tailrace"), "version");
        Outcome second = run(checkout.resolve("tailrace"), "version");

        // Then
        assertThat(first.output().lines())
                .containsExactly(
                        "Building Tailrace on first use; this takes a few minutes",
                        "  Tailrace: broker",
                        "ran version");
        assertThat(second).isEqualTo(new Outcome(0, "ran version"));
    }

    @Test
    void shouldMakeAnArchiveOfClassesOnceForAJdk() throws Exception {
        // Given
        program("mvn", "mkdir -p cli/target/tailrace/lib");
        Path script = checkout.resolve("tailrace");

        // When
        fakeJava("17.0.1");
        run(script, "version");
        Outcome second = run(script, "version");
        fakeJava("21.0.1");
        run(script, "version");
        run(script, "version");

        // Then
        assertThat(Files.readAllLines(bin.resolve("java.archives"))).hasSize(2);
        assertThat(checkout.resolve("cli/target/tailrace/classes.jsa")).exists();
        assertThat(second).isEqualTo(new Outcome(0, "ran version"));
    }

    @Test
    void shouldRunWithoutAnArchiveOfClasses() throws Exception {
        // Given
        program("mvn", "mkdir -p cli/target/tailrace/lib");
        fakeJava("17.0.1");
        Files.createDirectory(bin.resolve("java.archives"));

        // When
        run(checkout.resolve("tailrace"), "version");
        Outcome second = run(checkout.resolve("tailrace"), "version");

        // Then
        assertThat(second).isEqualTo(new Outcome(0, "ran version"));
        assertThat(checkout.resolve("cli/target/tailrace/classes.jsa")).doesNotExist();
    }

    @Test
    void shouldShowWhyTheBuildFailed() throws Exception {
        // Given
        fakeJava("17.0.1");
        program(
                "mvn",
                """
                echo "[ERROR] the network is unreachable"
                exit 1
                """);

        // When
        Outcome outcome = run(checkout.resolve("tailrace"), "version");

        // Then
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.output()).contains("the network is unreachable", "tailrace: the build failed");
    }

    private void fakeJava(String version) throws IOException {
        program(
                "java",
                """
                if [ "$1" = -version ]; then
                    echo 'openjdk version "%s" 2024-01-01' >&2
                else
                    for last in "$@"; do
                        case $last in
                            -XX:ArchiveClassesAtExit=*)
                                : >"${last#*=}"
                                echo "$last" >>"$0.archives" || exit 1 ;;
                        esac
                    done
                    echo "ran $last"
                fi
                """
                        .formatted(version));
    }

    private void program(String name, String script) throws IOException {
        Path file = Files.writeString(bin.resolve(name), "#!/bin/sh\n" + script);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private record Outcome(int code, String output) {}

    private Outcome run(Path script, String argument) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(script.toString(), argument)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", bin.toString());
        Process process = builder.start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), Files.readString(output).strip());
    }
}
