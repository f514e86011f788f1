package io.tailrace.cli;

import io.tailrace.broker.Broker;
import io.tailrace.config.BrokerConfig;
import io.tailrace.config.ConfigLoader;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "broker",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Run the broker, which speaks Kafka's protocol and writes to Postgres.")
final class BrokerCommand implements Callable<Integer> {

    @Mixin
    private final ProgramOptions options = new ProgramOptions();

    @Override
    public Integer call() throws Exception {
        BrokerConfig config = ConfigLoader.load(BrokerConfig.class, options.existingConfig(), System.getenv());
        Broker broker = Broker.start(config);
        new RunningProgram("broker", broker).awaitSignal(options.readyFile, Integer.toString(broker.port()));
        return 0;
    }
}
