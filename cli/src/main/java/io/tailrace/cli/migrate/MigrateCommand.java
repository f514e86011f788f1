package io.tailrace.cli.migrate;

import io.tailrace.cli.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Groups the commands of a migration. */
@Command(
        name = "migrate",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Move to the Kafka that the forwarder forwards to.",
        subcommands = {
            StatusCommand.class,
            PlanCommand.class,
            VerifyCommand.class,
            CutoverCommand.class,
            FenceCommand.class,
            LiftCommand.class,
            RollbackCommand.class
        })
public final class MigrateCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? One of those below.");
    }
}
