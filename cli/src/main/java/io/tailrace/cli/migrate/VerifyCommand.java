package io.tailrace.cli.migrate;

import io.tailrace.cli.TextTable;
import io.tailrace.cli.UserError;
import io.tailrace.cli.Version;
import io.tailrace.config.ForwarderConfig;
import io.tailrace.forwarder.verify.Mismatch;
import io.tailrace.forwarder.verify.Verdict;
import io.tailrace.forwarder.verify.Verification;
import io.tailrace.forwarder.verify.Verified;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Compares the target with the log and prints a row for each partition. Ends with 0 if nothing is red, else with 1. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Read the target back and compare it with the log, record by record.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:nothing is red", "1:a partition is red, or could not be verified"})
final class VerifyCommand implements Callable<Integer> {

    private static final List<String> HEADER = List.of(
            "topic", "partition", "range", "records", "state", "first difference", "on the target", "what", "notes");

    @Mixin
    private final ForwarderOptions options = new ForwarderOptions();

    @Option(names = "--topic", paramLabel = "TOPIC", description = "This topic only.")
    private @Nullable String topic;

    @Option(names = "--from-start", description = "Compare everything again, and not only what was not compared yet.")
    private boolean fromStart;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws SQLException, InterruptedException {
        ForwarderConfig forwarder = options.load();
        List<Verdict> verdicts;
        try (Verification verification = Verification.open(forwarder)) {
            verdicts = verification.run(name -> topic == null || topic.equals(name), fromStart);
        }
        if (verdicts.isEmpty() && topic != null) {
            throw new UserError("there is no topic \"" + topic + "\"");
        }
        return print(verdicts, spec.commandLine().getOut());
    }

    static int print(List<Verdict> verdicts, PrintWriter out) {
        TextTable table = new TextTable(HEADER);
        verdicts.forEach(verdict -> table.addRow(cells(verdict)));
        table.lines().forEach(out::println);
        long red = count(verdicts, Verdict.State.RED);
        out.println("%d green, %d red, %d others"
                .formatted(
                        count(verdicts, Verdict.State.GREEN),
                        red,
                        verdicts.size() - red - count(verdicts, Verdict.State.GREEN)));
        return red == 0 ? 0 : 1;
    }

    private static long count(List<Verdict> verdicts, Verdict.State state) {
        return verdicts.stream().filter(verdict -> verdict.state() == state).count();
    }

    private static List<String> cells(Verdict verdict) {
        Verified verified = verdict.verified();
        Mismatch first = verified == null ? null : verified.first();
        return List.of(
                verdict.topic(),
                Integer.toString(verdict.partition()),
                verified == null ? "" : verified.start() + " to " + verified.verifiedTo(),
                verified == null ? "" : Long.toString(verified.records()),
                verdict.state().text(),
                first == null ? "" : Long.toString(first.sourceOffset()),
                first == null ? "" : Long.toString(first.targetOffset()),
                first == null ? "" : first.text(),
                verdict.notes());
    }
}
