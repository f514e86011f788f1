package io.tailrace.cli.shadow;

import io.tailrace.cli.UserError;
import io.tailrace.cli.Version;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Asks for refused records to be sent again; the running forwarder does it. */
@Command(
        name = "retry",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Send records again that the target refused and that were set aside.",
            "The running forwarder does it, within seconds. They get to their partition as they were, but behind the records"
                    + " that have come after them: out of order."
        })
final class ShadowRetryCommand implements Callable<Integer> {
    private static final String SELECTED =
            """
            WHERE (?::text IS NULL OR topic = ?) AND (?::int IS NULL OR partition_id = ?)
              AND (?::bigint IS NULL OR partition_offset = ?)
            """;
    private static final String REQUEST = "UPDATE kafka.refused_records SET retry_requested_at = now()\n" + SELECTED
            + "AND state IN ('set aside', 'refused again') RETURNING forwarder";
    private static final String STATES =
            "SELECT state, count(*) FROM kafka.refused_records\n" + SELECTED + "GROUP BY state ORDER BY state";

    @Mixin
    private final DatabaseOptions database = new DatabaseOptions();

    @Option(names = "--topic", paramLabel = "TOPIC", description = "Those of this topic.")
    private @Nullable String topic;

    @Option(names = "--partition", paramLabel = "N", description = "Those of this partition of it.")
    private @Nullable Integer partition;

    @Option(names = "--offset", paramLabel = "N", description = "The one at this offset of it.")
    private @Nullable Long offset;

    @Option(names = "--all", description = "All, of all topics.")
    private boolean all;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws SQLException {
        RetrySelection selection = RetrySelection.of(all, topic, partition, offset);
        PrintWriter out = spec.commandLine().getOut();
        return database.run(connection -> {
            Forwarders.requireNoMove(connection);
            List<String> forwarders = request(connection, selection);
            if (forwarders.isEmpty()) {
                throw new UserError("no record is waiting to be sent again" + states(connection, selection)
                        + "; tailrace shadow refused lists those that were set aside");
            }
            out.println((forwarders.size() == 1 ? "1 record is" : forwarders.size() + " records are")
                    + " to be sent again; tailrace shadow refused shows what becomes of that");
            out.println("on the target they stand behind records that came after them: out of order");
            Forwarders.sayIfNotRunning(connection, new TreeSet<>(forwarders), out);
            return 0;
        });
    }

    /** Writes the requests. Returns the forwarder of each record. */
    private static List<String> request(Connection connection, RetrySelection selection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(REQUEST)) {
            select(statement, selection);
            try (ResultSet row = statement.executeQuery()) {
                List<String> forwarders = new ArrayList<>();
                while (row.next()) {
                    forwarders.add(row.getString(1));
                }
                return forwarders;
            }
        }
    }

    /** What those are that were chosen, in words. */
    private static String states(Connection connection, RetrySelection selection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(STATES)) {
            select(statement, selection);
            try (ResultSet row = statement.executeQuery()) {
                List<String> states = new ArrayList<>();
                while (row.next()) {
                    states.add(row.getLong(2) + " " + row.getString(1));
                }
                return states.isEmpty() ? "" : " (" + String.join(", ", states) + ")";
            }
        }
    }

    private static void select(PreparedStatement statement, RetrySelection selection) throws SQLException {
        statement.setString(1, selection.topic());
        statement.setString(2, selection.topic());
        statement.setObject(3, selection.partition(), Types.INTEGER);
        statement.setObject(4, selection.partition(), Types.INTEGER);
        statement.setObject(5, selection.offset(), Types.BIGINT);
        statement.setObject(6, selection.offset(), Types.BIGINT);
    }
}
