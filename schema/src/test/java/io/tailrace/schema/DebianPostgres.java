package io.tailrace.schema;

import io.tailrace.local.FreePorts;
import io.tailrace.local.PostgresAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A temporary server of a version that Debian packages, beside the embedded one. Postgres refuses to run as root, so root
 * starts it as the user {@code postgres}. Owns: the server and its directory. Confined to one test.
 */
final class DebianPostgres implements AutoCloseable {
    private final Path binaries;
    private final Path directory;
    private final int port;

    private DebianPostgres(Path binaries, Path directory, int port) {
        this.binaries = binaries;
        this.directory = directory;
        this.port = port;
    }

    static Path binaries(int majorVersion) {
        return Path.of("/usr/lib/postgresql/" + majorVersion + "/bin");
    }

    static DebianPostgres start(int majorVersion, String walLevel) throws IOException {
        Path directory = Files.createTempDirectory("tailrace-postgres-");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        DebianPostgres postgres = new DebianPostgres(binaries(majorVersion), directory, FreePorts.next());
        postgres.run("initdb -D %s/data -U postgres -A trust --no-sync".formatted(directory));
        postgres.run("pg_ctl -D %s/data -w -l %s/log start -o \"-p %d -k %s -c wal_level=%s -c fsync=off\""
                .formatted(directory, directory, postgres.port, directory, walLevel));
        return postgres;
    }

    PostgresAddress superuser() {
        return new PostgresAddress("127.0.0.1", port, "postgres", "postgres", "");
    }

    @Override
    public void close() throws IOException {
        run("pg_ctl -D %s/data -m immediate stop".formatted(directory));
        execute("rm -rf %s/data %s/log".formatted(directory, directory));
        Files.delete(output());
        Files.delete(directory);
    }

    private Path output() {
        return directory.resolve("output");
    }

    private void run(String command) throws IOException {
        execute(binaries + "/" + command);
    }

    private void execute(String command) throws IOException {
        List<String> line = System.getProperty("user.name").equals("root")
                ? List.of("su", "postgres", "-c", command)
                : List.of("sh", "-c", command);
        Process process = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(output().toFile())
                .start();
        int exit = process.onExit().orTimeout(60, TimeUnit.SECONDS).join().exitValue();
        if (exit != 0) {
            throw new IOException(command + " failed: " + Files.readString(output()));
        }
    }
}
