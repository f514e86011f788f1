package io.tailrace.cli.migrate;

import io.tailrace.cli.UserError;
import io.tailrace.cli.Version;
import io.tailrace.config.ConfigLoader;
import io.tailrace.config.ForwarderConfig;
import io.tailrace.config.PostgresConfig;
import io.tailrace.forwarder.reverse.ClientReturn;
import io.tailrace.forwarder.reverse.ReturnSettings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Has the clients of a moved cluster return, with everything that was produced at the target. */
@Command(
        name = "return",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Return from the target after the clients have moved there, with everything that was produced there since.",
            "Stop the producers at the target first: a real Kafka cannot hold them back. Consumers may run until then.",
            "Afterwards start all clients with the address of this broker."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:everything is here", "1:nothing has changed, or what is printed is not here"})
final class ReturnCommand implements Callable<Integer> {

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description =
                    "The forwarder's configuration; without one, the defaults and the environment (TAILRACE_…) count.")
    private @Nullable Path config;

    @Option(
            names = "--broker",
            paramLabel = "HOST:PORT",
            description = "The address of the broker here, for the groups' offsets (${DEFAULT-VALUE}).")
    private String broker = "localhost:9092";

    @Option(
            names = "--limit",
            paramLabel = "SECONDS",
            description = "How long to wait until everything is here and nothing more comes (${DEFAULT-VALUE}).")
    private int limitSeconds = 60;

    @Option(
            names = "--quiet",
            paramLabel = "SECONDS",
            description = "For how long nothing must have been written at the target (${DEFAULT-VALUE}).")
    private int quietSeconds = 5;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws SQLException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        ForwarderConfig forwarder = ConfigLoader.load(ForwarderConfig.class, config, System.getenv());
        PostgresConfig postgres = forwarder.postgres();
        try (Connection connection = DriverManager.getConnection(
                        postgres.jdbcUrl(), postgres.connectionProperties("tailrace-return"));
                ClientReturn clients = new ClientReturn(forwarder, connection, settings(), line -> {
                    out.println(line);
                    out.flush();
                })) {
            return clients.run() ? 0 : 1;
        }
    }

    private ReturnSettings settings() {
        try {
            return new ReturnSettings(broker, Duration.ofSeconds(limitSeconds), Duration.ofSeconds(quietSeconds));
        } catch (IllegalArgumentException wrong) {
            throw new UserError(String.valueOf(wrong.getMessage()));
        }
    }
}
