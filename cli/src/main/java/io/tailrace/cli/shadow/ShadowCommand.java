package io.tailrace.cli.shadow;

import io.tailrace.cli.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The parent of the commands about forwarding. */
@Command(
        name = "shadow",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Show and set which topics are forwarded, and how; send records again.",
        subcommands = {
            ShadowShowCommand.class,
            ShadowSetCommand.class,
            ShadowRefusedCommand.class,
            ShadowRetryCommand.class,
            ShadowReplayCommand.class,
            ShadowReplaysCommand.class,
            ShadowCancelCommand.class
        })
public final class ShadowCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? One of those below.");
    }
}
