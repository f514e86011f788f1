package io.tailrace.cli.migrate;

import io.tailrace.cli.Version;
import io.tailrace.forwarder.cutover.MigrationTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Ends a fence before its time. */
@Command(
        name = "lift",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Let producers go on that a fence holds back.")
final class LiftCommand implements Callable<Integer> {

    @Mixin
    private final ForwarderOptions forwarder = new ForwarderOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws SQLException {
        try (Connection connection = ForwarderOptions.connect(forwarder.load())) {
            spec.commandLine()
                    .getOut()
                    .println(
                            MigrationTable.lift(connection)
                                    ? "the fence is lifted; producers go on"
                                    : "there is no fence");
        }
        return 0;
    }
}
