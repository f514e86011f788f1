package io.tailrace.cli.shadow;

import io.tailrace.cli.TextTable;
import io.tailrace.cli.UserError;
import io.tailrace.cli.Version;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints a table of the topics; one for each forwarder, where there are several. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Show which topics are forwarded, how far, and why not.")
final class ShadowShowCommand implements Callable<Integer> {

    @Mixin
    private final DatabaseOptions database = new DatabaseOptions();

    @Option(names = "--topic", paramLabel = "TOPIC", description = "Only this topic.")
    private @Nullable String topic;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws SQLException {
        List<TopicRow> rows = database.run(connection -> ShadowTopics.rows(connection, topic));
        if (rows.isEmpty() && topic != null) {
            throw new UserError("there is no topic " + topic);
        }
        PrintWriter out = spec.commandLine().getOut();
        List<String> forwarders = rows.stream()
                .map(row -> Objects.requireNonNullElse(row.forwarder(), ""))
                .distinct()
                .toList();
        for (String forwarder : forwarders) {
            if (forwarders.size() > 1) {
                out.println("forwarder " + forwarder);
            }
            print(rows, forwarder, out);
        }
        if (rows.isEmpty()) {
            out.println("there are no topics");
        }
        return 0;
    }

    private static void print(List<TopicRow> rows, String forwarder, PrintWriter out) {
        TextTable table = new TextTable(TopicRow.HEADER);
        rows.stream()
                .filter(row -> forwarder.equals(Objects.requireNonNullElse(row.forwarder(), "")))
                .forEach(row -> table.addRow(row.cells()));
        table.lines().forEach(out::println);
    }
}
