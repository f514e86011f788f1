package io.tailrace.cli.migrate;

import io.tailrace.cli.Version;
import io.tailrace.forwarder.cutover.MigrationTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Sets up a fence by hand, which ends by itself. */
@Command(
        name = "fence",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Hold producers back for a while. They are told to try again; nothing else stops.")
final class FenceCommand implements Callable<Integer> {

    @Mixin
    private final ForwarderOptions forwarder = new ForwarderOptions();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "30",
            description = "For how long, 1 to 3600 (${DEFAULT-VALUE}); from now on, where a fence holds already.")
    private int seconds;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws SQLException {
        try (Connection connection = ForwarderOptions.connect(forwarder.load())) {
            long number = MigrationTable.fence(connection, seconds);
            spec.commandLine()
                    .getOut()
                    .println(
                            "fence %d: producers are held back for %d s; `tailrace migrate lift` lets them go on sooner"
                                    .formatted(number, seconds));
        }
        return 0;
    }
}
