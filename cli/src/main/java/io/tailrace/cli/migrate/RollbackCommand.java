package io.tailrace.cli.migrate;

import io.tailrace.cli.Version;
import io.tailrace.config.ForwarderConfig;
import io.tailrace.forwarder.cutover.MigrationState;
import io.tailrace.forwarder.cutover.MigrationTable;
import io.tailrace.forwarder.reverse.ClientReturn;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * Goes back to before the cutover. Until the cluster is marked as moved that is the end of the fence: a cutover that runs somewhere
 * finds it gone and gives up. The groups' offsets at the target stay there, as they are anyway. Afterwards it has the clients return,
 * with everything that was produced at the target since.
 */
@Command(
        name = "rollback",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Go back to before the cutover, at any step, and after the clients have moved as well: then with everything that was produced at the target since.",
            "After the move, stop the producers at the target first: a real Kafka cannot hold them back. Consumers may run until then.",
            "Afterwards start all clients with the address of this broker."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:everything is as before, or here", "1:nothing has changed, or what is printed is not here"})
final class RollbackCommand implements Callable<Integer> {

    @Mixin
    private final ForwarderOptions forwarder = new ForwarderOptions();

    @Mixin
    private final ReturnOptions afterMove = new ReturnOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws SQLException, InterruptedException {
        ForwarderConfig config = forwarder.load();
        PrintWriter out = spec.commandLine().getOut();
        try (Connection connection = ForwarderOptions.connect(config)) {
            MigrationState state = MigrationTable.read(connection);
            if (state.stage() == MigrationState.Stage.MOVED || ClientReturn.isUnfinished(config, connection)) {
                return afterMove.run(config, connection, out);
            }
            out.println(
                    MigrationTable.lift(connection)
                            ? "the fence is lifted; producers go on here, as before the cutover"
                            : "there is nothing to go back from: " + state.text());
        }
        return 0;
    }
}
