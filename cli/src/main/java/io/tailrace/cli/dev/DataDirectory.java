package io.tailrace.cli.dev;

import io.tailrace.cli.UserError;
import io.tailrace.local.FreePorts;
import io.tailrace.local.PostgresAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/**
 * What {@code tailrace dev} keeps: {@code postgres}, {@code kafka}, {@code logs}, the configuration files of the broker
 * and the forwarder, and {@code VERSION}, the number of this layout. Immutable.
 */
public final class DataDirectory {

    private static final String VERSION = "1";

    private final Path root;

    private DataDirectory(Path root) {
        this.root = root;
    }

    /** One that {@code tailrace dev} has made before. */
    public static DataDirectory existing(Path path) {
        Path root = path.toAbsolutePath().normalize();
        if (!Files.exists(root.resolve("VERSION"))) {
            throw new UserError("there is no data of `tailrace dev` in " + root
                    + "; start it first, or give its directory with --data");
        }
        DataDirectory directory = new DataDirectory(root);
        directory.checkVersion();
        return directory;
    }

    /** Makes it, if it is not there or is empty. */
    static DataDirectory open(Path path) {
        Path root = path.toAbsolutePath().normalize();
        try {
            Files.createDirectories(root.resolve("logs"));
            Path version = root.resolve("VERSION");
            if (!Files.exists(version)) {
                refuseForeign(root);
                Files.writeString(version, VERSION + "\n");
            }
        } catch (IOException e) {
            throw new UserError("the data directory " + root + " cannot be used: " + e);
        }
        return existing(root);
    }

    private static void refuseForeign(Path root) throws IOException {
        try (Stream<Path> entries = Files.list(root)) {
            if (entries.anyMatch(entry -> !entry.getFileName().toString().equals("logs"))) {
                Files.deleteIfExists(root.resolve("logs"));
                throw new UserError("the directory " + root
                        + " holds something else (it has no file VERSION); give an empty or a new one with --data");
            }
        }
    }

    private void checkVersion() {
        String found = read(root.resolve("VERSION"));
        if (!found.equals(VERSION)) {
            throw new UserError("the data directory " + root + " was made by another version of Tailrace (layout "
                    + found + ", this one uses " + VERSION
                    + "); use that version, or give another directory with --data");
        }
    }

    /** Held until the channel is closed, at the latest by the end of this process. */
    FileChannel lock() {
        try {
            FileChannel channel =
                    FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                throw new UserError("another `tailrace dev` uses the data directory " + root
                        + "; stop it, or give another directory with --data");
            }
            return channel;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The port of the last time if it is free, else another; a port that was asked for is taken as it is. */
    int postgresPort(int wanted) {
        Path file = root.resolve("postgres-port");
        int port = wanted;
        if (port == 0 && Files.exists(file)) {
            port = Integer.parseInt(read(file));
            port = FreePorts.isFree("127.0.0.1", port) ? port : 0;
        }
        if (port == 0) {
            port = FreePorts.next();
        }
        write(file, Integer.toString(port));
        return port;
    }

    /** Where the database is reached while {@code tailrace dev} runs. */
    public PostgresAddress postgresAddress() {
        int port = Integer.parseInt(read(root.resolve("postgres-port")));
        return new PostgresAddress(
                "127.0.0.1", port, "tailrace", "tailrace", read(postgres().resolve("password")));
    }

    Path root() {
        return root;
    }

    Path postgres() {
        return root.resolve("postgres");
    }

    Path kafka() {
        return root.resolve("kafka");
    }

    Path log(String program) {
        return root.resolve("logs").resolve(program + ".log");
    }

    /** There while the servers run; found at start, it tells that they were killed and may still be stopping. */
    Path runningMark() {
        return root.resolve("running");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UserError("the file " + file + " of the data directory cannot be read: " + e);
        }
    }

    private static void write(Path file, String content) {
        try {
            Files.writeString(file, content + "\n");
        } catch (IOException e) {
            throw new UserError("the file " + file + " cannot be written: " + e);
        }
    }
}
