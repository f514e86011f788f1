package io.tailrace.cli.shadow;

import io.tailrace.cli.TextTable;
import io.tailrace.cli.Version;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints the requests to send a range of the log again, the latest first, and how far each has come. */
@Command(
        name = "replays",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Show the ranges of the log that were, are or will be sent again, and how far each has come.")
final class ShadowReplaysCommand implements Callable<Integer> {
    private static final int MAX_ROWS = 1_000;
    private static final List<String> HEADER = List.of(
            "replay", "forwarder", "topic", "partition", "from", "to", "state", "sent to", "records", "done", "note");
    private static final String REPLAYS =
            """
            SELECT r.id, r.slot, coalesce(t.name, 'number ' || r.topic_id), r.partition_id, r.from_offset, r.to_offset, r.state,
                   coalesce(r.next_offset, r.from_offset), r.records,
                   100 * (coalesce(r.next_offset, r.from_offset) - r.from_offset) / (r.to_offset - r.from_offset) || ' %',
                   coalesce(r.failure, r.waiting)
            FROM kafka.replays r LEFT JOIN kafka.topics t ON t.id = r.topic_id
            WHERE (?::text IS NULL OR t.name = ?) AND (NOT ? OR r.state IN ('requested', 'running'))
            ORDER BY r.id DESC LIMIT ?""";

    @Mixin
    private final DatabaseOptions database = new DatabaseOptions();

    @Option(names = "--topic", paramLabel = "TOPIC", description = "Only of this topic.")
    private @Nullable String topic;

    @Option(names = "--open", description = "Only those that are not through.")
    private boolean open;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws SQLException {
        List<List<String>> rows = database.run(this::read);
        PrintWriter out = spec.commandLine().getOut();
        if (rows.isEmpty()) {
            out.println(open ? "no request is open" : "nobody has asked for anything to be sent again");
            return 0;
        }
        TextTable table = new TextTable(HEADER);
        rows.stream().limit(MAX_ROWS).forEach(table::addRow);
        table.lines().forEach(out::println);
        if (rows.size() > MAX_ROWS) {
            out.println("(the latest " + MAX_ROWS + "; all of them are in kafka.replays)");
        }
        return 0;
    }

    private List<List<String>> read(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(REPLAYS)) {
            statement.setString(1, topic);
            statement.setString(2, topic);
            statement.setBoolean(3, open);
            statement.setInt(4, MAX_ROWS + 1);
            try (ResultSet row = statement.executeQuery()) {
                List<List<String>> rows = new ArrayList<>();
                while (row.next()) {
                    rows.add(cells(row));
                }
                return rows;
            }
        }
    }

    private static List<String> cells(ResultSet row) throws SQLException {
        List<String> cells = new ArrayList<>();
        for (int column = 1; column <= HEADER.size(); column++) {
            String text = row.getString(column);
            cells.add(text == null ? "" : text.replace('\n', ' '));
        }
        return cells;
    }
}
