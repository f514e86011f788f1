package io.tailrace.local;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link LocalPostgres} runs.
 *
 * @param directory holds the database, the passwords and the log; null for a temporary one, deleted at close
 * @param port 0 for any free one
 * @param logFile null for {@code postgres.log} in the directory
 * @param settings of postgresql.conf, over the defaults of {@link LocalPostgres}
 */
public record PostgresOptions(
        @Nullable Path directory, int port, @Nullable Path logFile, Map<String, String> settings) {

    public PostgresOptions {
        settings = Map.copyOf(settings);
    }

    public static PostgresOptions temporary() {
        return new PostgresOptions(null, 0, null, Map.of());
    }

    public static PostgresOptions kept(Path directory) {
        return new PostgresOptions(directory, 0, null, Map.of());
    }

    public PostgresOptions withPort(int newPort) {
        return new PostgresOptions(directory, newPort, logFile, settings);
    }

    public PostgresOptions withLogFile(Path file) {
        return new PostgresOptions(directory, port, file, settings);
    }

    public PostgresOptions withSetting(String name, String value) {
        Map<String, String> all = new HashMap<>(settings);
        all.put(name, value);
        return new PostgresOptions(directory, port, logFile, all);
    }
}
