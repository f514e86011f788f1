package io.tailrace.cli.migrate;

import io.tailrace.cli.Version;
import io.tailrace.config.ForwarderConfig;
import io.tailrace.forwarder.cutover.Cutover;
import io.tailrace.forwarder.cutover.CutoverOptions;
import io.tailrace.forwarder.cutover.Journal;
import io.tailrace.forwarder.cutover.Plan;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Moves the clients to the target, and says how long each step took. Ends with 0 if they have moved, else with 1. */
@Command(
        name = "cutover",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Move the clients to the target: fence, drain, verify, move the groups, mark as moved.",
            "Whatever fails or takes too long lifts the fence, and producers go on here; then run it again."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:the clients have moved, or with --dry-run: nothing blocks it", "1:they have not"})
final class CutoverCommand implements Callable<Integer> {

    @Mixin
    private final ForwarderOptions forwarder = new ForwarderOptions();

    @Option(
            names = "--dry-run",
            description = "Check everything and show the steps with the numbers of now; change nothing.")
    private boolean dryRun;

    @Option(
            names = "--limit",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long producers may be held back at most (${DEFAULT-VALUE}).")
    private int limit;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description =
                    "How long to wait before that until little is missing and not verified (${DEFAULT-VALUE}). Nothing is held back meanwhile.")
    private int patience;

    @Option(
            names = "--abort-transactions",
            paramLabel = "HOST:PORT",
            description =
                    "Abort transactions that stay open behind the fence for a third of the limit, by the broker at this address.")
    private @Nullable String broker;

    @Option(
            names = "--no-redirect",
            description = "Refuse clients with the target's address instead of passing them on.")
    private boolean refuse;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws SQLException, InterruptedException {
        ForwarderConfig config = forwarder.load();
        PrintWriter out = spec.commandLine().getOut();
        CutoverOptions options =
                new CutoverOptions(Duration.ofSeconds(limit), Duration.ofSeconds(patience), !refuse, broker);
        try (Connection connection = ForwarderOptions.connect(config)) {
            Cutover cutover = new Cutover(config, connection, options, new PrintedJournal(out));
            return dryRun ? show(cutover, config, connection, out) : move(cutover, out);
        }
    }

    private int show(Cutover cutover, ForwarderConfig config, Connection connection, PrintWriter out)
            throws SQLException {
        boolean possible = Findings.print(Plan.check(config, connection, !refuse), out);
        int number = 1;
        for (String step : cutover.steps()) {
            out.println(number++ + ". " + step);
        }
        return possible ? 0 : 1;
    }

    private static int move(Cutover cutover, PrintWriter out) throws SQLException, InterruptedException {
        Optional<Duration> held = cutover.run();
        held.ifPresent(pause ->
                out.println("the clients have moved; producers were held back for " + pause.toMillis() + " ms"));
        return 0;
    }

    /** Each step on a line, as it ends. */
    private record PrintedJournal(PrintWriter out) implements Journal {
        @Override
        public void onStep(String step, Duration took, String outcome) {
            out.println("%-12s %6d ms  %s".formatted(step, took.toMillis(), outcome));
            out.flush();
        }

        @Override
        public void onNote(String text) {
            out.println(text);
            out.flush();
        }
    }
}
