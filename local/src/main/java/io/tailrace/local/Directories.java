package io.tailrace.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Directories of the child processes. */
final class Directories {

    private static final String PREFIX = "tailrace-";

    private Directories() {}

    /**
     * A new directory that only this user can read. Its name carries this process's id: what a process that was killed
     * has left is deleted by the next one.
     */
    static Path temporary(String purpose) {
        Path parent = Path.of(System.getProperty("java.io.tmpdir"));
        try {
            deleteLeftOvers(parent);
            String prefix = PREFIX + ProcessHandle.current().pid() + "-" + purpose + "-";
            return Files.createTempDirectory(parent, prefix);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void deleteLeftOvers(Path parent) throws IOException {
        List<Path> abandoned;
        try (Stream<Path> entries = Files.list(parent)) {
            abandoned = entries.filter(Directories::isAbandoned).toList();
        }
        abandoned.forEach(Directories::delete);
    }

    private static boolean isAbandoned(Path directory) {
        String name = directory.getFileName().toString();
        if (!name.matches(PREFIX + "\\d{1,18}-(postgres|kafka|certificates)-\\d+") || !Files.isWritable(directory)) {
            return false;
        }
        long pid = Long.parseLong(name.split("-", 3)[1]);
        return ProcessHandle.of(pid).isEmpty();
    }

    /** Deletes what can be deleted: another process may still be closing its files. */
    static void delete(Path directory) {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException e) {
            return;
        } catch (UncheckedIOException e) {
            // While walking: somebody else is deleting the same, who goes on with it.
            if (!(e.getCause() instanceof NoSuchFileException)) {
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Copies what is in one directory into another, with its permissions. */
    static void copy(Path from, Path to) {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.filter(path -> !path.equals(from)).toList()) {
                Files.copy(path, to.resolve(from.relativize(path)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path create(Path directory) {
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new LocalServerException("the directory " + directory + " could not be made: " + e.getMessage(), e);
        }
    }
}
