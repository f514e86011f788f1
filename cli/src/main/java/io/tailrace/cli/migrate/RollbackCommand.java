package io.tailrace.cli.migrate;

import io.tailrace.cli.UserError;
import io.tailrace.cli.Version;
import io.tailrace.forwarder.cutover.MigrationState;
import io.tailrace.forwarder.cutover.MigrationTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * Goes back to before the cutover. Until the cluster is marked as moved that is the end of the fence: a cutover that runs somewhere
 * finds it gone and gives up. The groups' offsets at the target stay there, as they are anyway.
 */
@Command(
        name = "rollback",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Go back to before the cutover, at any step before the clients have moved.")
final class RollbackCommand implements Callable<Integer> {

    @Mixin
    private final ForwarderOptions forwarder = new ForwarderOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws SQLException {
        try (Connection connection = ForwarderOptions.connect(forwarder.load())) {
            MigrationState state = MigrationTable.read(connection);
            if (state.stage() == MigrationState.Stage.MOVED) {
                throw new UserError(
                        "the clients have moved to the target of forwarder \"%s\" and may have produced there: `tailrace migrate return` goes back with what they have produced"
                                .formatted(state.forwarder()));
            }
            spec.commandLine()
                    .getOut()
                    .println(
                            MigrationTable.lift(connection)
                                    ? "the fence is lifted; producers go on here, as before the cutover"
                                    : "there is nothing to go back from: " + state.text());
        }
        return 0;
    }
}
