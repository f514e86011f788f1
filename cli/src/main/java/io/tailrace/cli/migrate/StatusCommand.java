package io.tailrace.cli.migrate;

import io.tailrace.cli.TextTable;
import io.tailrace.cli.Version;
import io.tailrace.config.ForwarderConfig;
import io.tailrace.forwarder.cutover.MigrationTable;
import io.tailrace.forwarder.cutover.Progress;
import io.tailrace.forwarder.cutover.TopicProgress;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints where the migration stands, and a row for each topic. Asks Postgres only. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Show where the migration stands, and how far each topic has come.")
final class StatusCommand implements Callable<Integer> {

    private static final List<String> HEADER = List.of(
            "topic", "partitions", "source end", "target end", "lag", "verified to", "not verified", "groups", "ready");

    @Mixin
    private final ForwarderOptions forwarder = new ForwarderOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws SQLException {
        ForwarderConfig config = forwarder.load();
        try (Connection connection = ForwarderOptions.connect(config)) {
            PrintWriter out = spec.commandLine().getOut();
            out.println(MigrationTable.read(connection).text());
            print(Progress.read(connection, config.replication().slot()), out);
        }
        return 0;
    }

    static void print(List<TopicProgress> topics, PrintWriter out) {
        TextTable table = new TextTable(HEADER);
        topics.forEach(topic -> table.addRow(cells(topic)));
        table.lines().forEach(out::println);
    }

    private static List<String> cells(TopicProgress topic) {
        List<String> problems = topic.problems();
        return List.of(
                topic.topic(),
                Integer.toString(topic.partitions().size()),
                Long.toString(topic.sourceEnd()),
                Long.toString(topic.targetEnd()),
                Long.toString(topic.lag()),
                Long.toString(topic.verifiedTo()),
                Long.toString(topic.unverified()),
                Integer.toString(topic.groups()),
                problems.isEmpty() ? "yes" : String.join("; ", problems));
    }
}
