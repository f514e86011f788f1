package io.tailrace.cli.dev;

import io.tailrace.local.LocalPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes configuration files of a broker and a forwarder for a Postgres of this machine. */
public final class ConfigFiles {

    private static final String COMMENT = "# Written by `tailrace` at every start.\n";

    private final Path directory;
    private final LocalPostgres postgres;

    public ConfigFiles(Path directory, LocalPostgres postgres) {
        this.directory = directory;
        this.postgres = postgres;
    }

    public Path broker(int port) {
        return broker(port, "");
    }

    /** The broker's file, with further sections. */
    public Path broker(int port, String sections) {
        return write(
                "broker.toml",
                """
                [broker]
                host = "127.0.0.1"
                port = %d
                """
                                .formatted(port)
                        + sections);
    }

    Path forwarder(String bootstrapServers) {
        return forwarder(bootstrapServers, "");
    }

    /** The forwarder's file, with further sections. */
    public Path forwarder(String bootstrapServers, String sections) {
        return write(
                "forwarder.toml",
                """
                [kafka]
                bootstrap_servers = "%s"
                """
                                .formatted(bootstrapServers)
                        + sections);
    }

    private Path write(String name, String sections) {
        Path file = directory.resolve(name);
        try {
            Files.writeString(file, COMMENT + sections + postgresSection());
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String postgresSection() {
        return """
                [postgres]
                host = "127.0.0.1"
                port = %d
                database = "tailrace"
                user = "tailrace"
                password_file = "%s"
                """
                .formatted(postgres.port(), quoted(postgres.passwordFile()));
    }

    private static String quoted(Path path) {
        return path.toString().replace("\\", "\\\\").replace("\"", "\\\"");
    }
}
