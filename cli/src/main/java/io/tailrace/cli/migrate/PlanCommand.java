package io.tailrace.cli.migrate;

import io.tailrace.cli.Version;
import io.tailrace.config.ForwarderConfig;
import io.tailrace.forwarder.cutover.Plan;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Looks at everything that a cutover needs, on both sides. Ends with 0 if nothing blocks it, else with 1. */
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Check what stands in the way of a cutover, and what cannot follow. Changes nothing.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:nothing blocks the cutover", "1:something does"})
final class PlanCommand implements Callable<Integer> {

    @Mixin
    private final ForwarderOptions forwarder = new ForwarderOptions();

    @Option(
            names = "--no-redirect",
            description = "For a cutover that refuses clients with the target's address instead of passing them on.")
    private boolean refuse;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws SQLException {
        ForwarderConfig config = forwarder.load();
        try (Connection connection = ForwarderOptions.connect(config)) {
            boolean possible = Findings.print(
                    Plan.check(config, connection, !refuse), spec.commandLine().getOut());
            return possible ? 0 : 1;
        }
    }
}
