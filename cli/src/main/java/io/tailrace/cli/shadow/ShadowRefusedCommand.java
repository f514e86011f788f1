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

/** Prints the records that were set aside, the latest first, and whether they were sent again. */
@Command(
        name = "refused",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Show the records that the target refused and that were set aside, and what became of them.")
final class ShadowRefusedCommand implements Callable<Integer> {
    private static final Listing LISTING = new Listing(
            List.of("topic", "partition", "offset", "refused at", "bytes", "dead-letter topic", "state", "reason"),
            "kafka.refused_records");
    private static final String REFUSED =
            """
            SELECT topic, partition_id, partition_offset,
                   to_char(refused_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                   coalesce(octet_length(key), 0) + coalesce(octet_length(value), 0),
                   'offset ' || dead_letter_offset,
                   state || coalesce(' to offset ' || retried_offset, ''), coalesce(retry_failure, reason)
            FROM kafka.refused_records WHERE ?::text IS NULL OR topic = ?
            ORDER BY refused_at DESC, topic, partition_id, partition_offset DESC LIMIT ?""";

    @Mixin
    private final DatabaseOptions database = new DatabaseOptions();

    @Option(names = "--topic", paramLabel = "TOPIC", description = "Only of this topic.")
    private @Nullable String topic;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws SQLException {
        LISTING.print(
                database.run(this::read),
                "no record was set aside",
                spec.commandLine().getOut());
        return 0;
    }

    private List<List<String>> read(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(REFUSED)) {
            statement.setString(1, topic);
            statement.setString(2, topic);
            statement.setInt(3, Listing.LIMIT);
            return LISTING.read(statement);
        }
    }
}
