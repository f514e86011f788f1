package io.tailrace.cli.shadow;

import io.tailrace.cli.UserError;
import io.tailrace.cli.Version;
import java.io.PrintWriter;
import java.sql.Array;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Ends requests to send a range of the log again. What is on its way still arrives. */
@Command(
        name = "cancel",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Cancel requests to send a range of the log again (shadow replays lists them).",
            "What was sent by then stays on the target; records that are on their way still arrive."
        })
final class ShadowCancelCommand implements Callable<Integer> {
    private static final String CANCEL =
            """
            UPDATE kafka.replays r SET state = 'cancelled', waiting = NULL, finished_at = now()
            WHERE r.state IN ('requested', 'running') AND (?::bigint[] IS NULL OR r.id = ANY (?))
              AND (?::text IS NULL OR r.topic_id IN (SELECT t.id FROM kafka.topics t WHERE t.name = ?))
            RETURNING r.id, r.partition_id, r.records""";
    private static final String STATE = "SELECT id, state FROM kafka.replays WHERE id = ANY (?) ORDER BY id";

    @Mixin
    private final DatabaseOptions database = new DatabaseOptions();

    @Parameters(arity = "0..*", paramLabel = "REPLAY", description = "The numbers of requests.")
    private List<Long> numbers = List.of();

    @Option(names = "--topic", paramLabel = "TOPIC", description = "All of this topic.")
    private @Nullable String topic;

    @Option(names = "--all", description = "All, of all topics.")
    private boolean all;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws SQLException {
        int ways = (numbers.isEmpty() ? 0 : 1) + (topic == null ? 0 : 1) + (all ? 1 : 0);
        if (ways != 1) {
            throw new UserError("which requests? Give their numbers, or --topic, or --all");
        }
        PrintWriter out = spec.commandLine().getOut();
        return database.run(connection -> {
            List<String> cancelled = cancel(connection);
            if (cancelled.isEmpty()) {
                throw new UserError("no such request is open" + states(connection));
            }
            cancelled.forEach(out::println);
            return 0;
        });
    }

    private @Nullable Array chosen(Connection connection) throws SQLException {
        return numbers.isEmpty() ? null : connection.createArrayOf("int8", numbers.toArray());
    }

    private List<String> cancel(Connection connection) throws SQLException {
        Array chosen = chosen(connection);
        try (PreparedStatement statement = connection.prepareStatement(CANCEL)) {
            statement.setArray(1, chosen);
            statement.setArray(2, chosen);
            statement.setString(3, topic);
            statement.setString(4, topic);
            try (ResultSet row = statement.executeQuery()) {
                List<String> lines = new ArrayList<>();
                while (row.next()) {
                    lines.add("replay %d (partition %d) is cancelled after %d records"
                            .formatted(row.getLong(1), row.getInt(2), row.getLong(3)));
                }
                return lines;
            }
        }
    }

    /** What those are that were chosen by number, in words. */
    private String states(Connection connection) throws SQLException {
        if (numbers.isEmpty()) {
            return "";
        }
        try (PreparedStatement statement = connection.prepareStatement(STATE)) {
            statement.setArray(1, chosen(connection));
            try (ResultSet row = statement.executeQuery()) {
                List<String> states = new ArrayList<>();
                while (row.next()) {
                    states.add(row.getLong(1) + " is " + row.getString(2));
                }
                return states.isEmpty() ? ": there is none of that number" : ": " + String.join(", ", states);
            }
        }
    }
}
