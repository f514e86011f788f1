package io.tailrace.cli.tables;

import io.tailrace.cli.RunningProgram;
import io.tailrace.cli.UserError;
import io.tailrace.cli.Version;
import io.tailrace.config.LoggingConfig;
import io.tailrace.config.TablesConfig;
import io.tailrace.config.TablesConfigLoader;
import io.tailrace.forwarder.tables.TableStreamer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Streams tables until it is told to stop. */
@Command(
        name = "tables",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Stream the changes of ordinary tables to a Kafka, as JSON. Takes the configuration of pg-replicate-kafka as it is; all about it: docs/tables.md.")
public final class TablesCommand implements Callable<Integer> {
    private static final Path USUAL_CONFIG = Path.of("config.toml");

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description =
                    "A .toml file. Without one, ./config.toml if it is there, and the environment (PG_…, KAFKA_…, REPLICATION_…).")
    private @Nullable Path config;

    @ArgGroup(exclusive = true)
    private @Nullable Loudness loudness;

    @Option(
            names = {"-j", "--json-logs"},
            description = "Log as JSON.")
    private boolean jsonLogs;

    @Option(names = "--ready-file", paramLabel = "FILE", hidden = true, description = "Written once it has started.")
    private @Nullable Path readyFile;

    /** More or less than the configuration says. Written by picocli. */
    private static final class Loudness {
        @Option(
                names = {"-v", "--verbose"},
                description = "Log more.")
        private boolean verbose;

        @Option(
                names = {"-q", "--quiet"},
                description = "Log only what goes wrong.")
        private boolean quiet;
    }

    @Override
    public Integer call() throws Exception {
        TablesConfig tables = TablesConfigLoader.load(existingConfig(), System.getenv());
        LogLevels.apply(logging(tables.logging()));
        TableStreamer streamer = TableStreamer.start(tables, Version.own());
        new RunningProgram("tables", streamer).awaitSignal(readyFile, "started");
        return 0;
    }

    private @Nullable Path existingConfig() {
        if (config == null) {
            return Files.isReadable(USUAL_CONFIG) ? USUAL_CONFIG : null;
        }
        if (!Files.isReadable(config)) {
            throw new UserError("the configuration file " + config + " does not exist or cannot be read");
        }
        return config;
    }

    private LoggingConfig logging(LoggingConfig configured) {
        String level = configured.level();
        if (loudness != null) {
            level = loudness.verbose ? "debug" : loudness.quiet ? "warn" : level;
        }
        return new LoggingConfig(level, jsonLogs ? "json" : configured.format());
    }
}
