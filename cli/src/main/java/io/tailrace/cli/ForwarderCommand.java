package io.tailrace.cli;

import io.tailrace.config.ConfigLoader;
import io.tailrace.config.ForwarderConfig;
import io.tailrace.forwarder.Forwarder;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "forwarder",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Run the forwarder, which carries every record on to a Kafka.")
final class ForwarderCommand implements Callable<Integer> {

    @Mixin
    private final ProgramOptions options = new ProgramOptions();

    @Override
    public Integer call() throws Exception {
        ForwarderConfig config = ConfigLoader.load(ForwarderConfig.class, options.existingConfig(), System.getenv());
        Forwarder forwarder = Forwarder.start(config);
        new RunningProgram("forwarder", forwarder).awaitSignal(options.readyFile, "started");
        return 0;
    }
}
