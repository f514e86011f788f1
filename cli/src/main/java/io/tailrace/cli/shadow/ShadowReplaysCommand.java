package io.tailrace.cli.shadow;

import io.tailrace.cli.Version;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
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
    private static final Listing LISTING = new Listing(
            List.of(
                    "replay",
                    "forwarder",
                    "topic",
                    "partition",
                    "from",
                    "to",
                    "state",
                    "sent to",
                    "records",
                    "done",
                    "note"),
            "kafka.replays");
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
        LISTING.print(
                database.run(this::read),
                open ? "no request is open" : "nobody has asked for anything to be sent again",
                spec.commandLine().getOut());
        return 0;
    }

    private List<List<String>> read(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(REPLAYS)) {
            statement.setString(1, topic);
            statement.setString(2, topic);
            statement.setBoolean(3, open);
            statement.setInt(4, Listing.LIMIT);
            return LISTING.read(statement);
        }
    }
}
