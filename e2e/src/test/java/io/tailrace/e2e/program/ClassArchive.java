package io.tailrace.e2e.program;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The archive of classes with which programs start faster, as the script {@code tailrace} makes it: once for the run.
 *
 * <p>Thread-safe, because it is made when this class is initialized.
 */
final class ClassArchive {

    private static final Path FILE = make();

    private ClassArchive() {}

    /** The options of a JVM that uses it. */
    static List<String> options() {
        return List.of("-XX:SharedArchiveFile=" + FILE, "-Xlog:cds=off", "-Xlog:cds+dynamic=off");
    }

    private static Path make() {
        Path file = Path.of("target", "classes.jsa").toAbsolutePath();
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xlog:disable",
                "-XX:ArchiveClassesAtExit=" + file,
                "-cp",
                Program.classPath(),
                "io.tailrace.cli.start.StartClasses");
        try {
            Files.deleteIfExists(file);
            int code = new ProcessBuilder(command).inheritIO().start().waitFor();
            if (code != 0 || !Files.exists(file)) {
                throw new IllegalStateException("the archive of classes could not be made: exit code " + code);
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
