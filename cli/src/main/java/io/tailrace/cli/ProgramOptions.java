package io.tailrace.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code broker} and {@code forwarder}. Written by picocli, on the main thread. */
final class ProgramOptions {

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description =
                    "A .toml or .properties file; without one, the defaults and the environment (TAILRACE_…) count.")
    @Nullable
    Path config;

    @Option(names = "--ready-file", paramLabel = "FILE", hidden = true, description = "Written once it has started.")
    @Nullable
    Path readyFile;

    /** The file, after a look whether it is there. */
    @Nullable
    Path existingConfig() {
        if (config != null && !Files.isReadable(config)) {
            throw new UserError("the configuration file " + config + " does not exist or cannot be read");
        }
        return config;
    }
}
