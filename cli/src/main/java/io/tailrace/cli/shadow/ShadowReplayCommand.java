package io.tailrace.cli.shadow;

import io.tailrace.cli.TextTable;
import io.tailrace.cli.UserError;
import io.tailrace.cli.Version;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Asks for a range of the log to be sent again; the running forwarder does it. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Send a range of a topic's log to the target again.",
            "The running forwarder does it, in the order of the log, between new records, which keep their order."
                    + " What the target has of the range stays there, so it has it twice then."
        })
final class ShadowReplayCommand implements Callable<Integer> {
    private static final List<String> HEADER = List.of("replay", "topic", "partition", "from", "to");

    @Mixin
    private final DatabaseOptions database = new DatabaseOptions();

    @Option(names = "--topic", paramLabel = "TOPIC", required = true, description = "The topic.")
    private String topic = "";

    @Option(names = "--partition", paramLabel = "N", description = "This partition only.")
    private @Nullable Integer partition;

    @Option(
            names = "--from",
            paramLabel = "OFFSET|TIME",
            required = true,
            description = "The first offset, or the time of the first record with its zone (2026-01-31T12:00:00Z).")
    private String from = "";

    @Option(
            names = "--to",
            paramLabel = "OFFSET|TIME",
            description = "The first offset, or the time of the first record, that is not sent again; without it all is"
                    + " sent that is forwarded by now.")
    private @Nullable String to;

    @Option(
            names = "--forwarder",
            paramLabel = "SLOT",
            description = "The replication.slot of the forwarder that is to do it, where several forward the topic.")
    private @Nullable String forwarder;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws SQLException {
        ReplayBounds bounds = ReplayBounds.parse(from, to);
        PrintWriter out = spec.commandLine().getOut();
        return database.run(connection -> {
            Forwarders.requireNoMove(connection);
            int topicId = ReplayRequests.topicId(connection, topic);
            Map.Entry<String, List<Integer>> carrier = carrier(connection, topicId);
            List<Integer> partitions = partitions(carrier.getValue());
            bounds.requireOne(partitions.size());
            List<ReplayRange> ranges = ReplayRequests.ranges(connection, carrier.getKey(), topicId, partitions, bounds);
            if (ranges.isEmpty()) {
                throw new UserError("nothing that is forwarded lies in this range, so there is nothing to send again");
            }
            print(connection, carrier.getKey(), topicId, ranges, out);
            return 0;
        });
    }

    private Map.Entry<String, List<Integer>> carrier(Connection connection, int topicId) throws SQLException {
        Map<String, List<Integer>> carriers = ReplayRequests.forwarders(connection, topicId, forwarder);
        if (carriers.isEmpty()) {
            throw new UserError("topic " + topic + " is not forwarded" + (forwarder == null ? "" : " by " + forwarder)
                    + " (tailrace shadow show says why)");
        }
        if (carriers.size() > 1) {
            throw new UserError("several forwarders carry topic " + topic + ": give --forwarder, one of "
                    + String.join(", ", carriers.keySet()));
        }
        return carriers.entrySet().iterator().next();
    }

    private List<Integer> partitions(List<Integer> forwarded) {
        if (partition == null) {
            return forwarded;
        }
        if (!forwarded.contains(partition)) {
            throw new UserError("partition " + partition + " of topic " + topic
                    + " does not exist or is not forwarded; those that are: " + forwarded);
        }
        return List.of(partition);
    }

    private void print(Connection connection, String carrier, int topicId, List<ReplayRange> ranges, PrintWriter out)
            throws SQLException {
        TextTable table = new TextTable(HEADER);
        connection.setAutoCommit(false);
        for (ReplayRange range : ranges) {
            table.addRow(List.of(
                    Long.toString(ReplayRequests.insert(connection, carrier, topicId, range)),
                    topic,
                    Integer.toString(range.partition()),
                    Long.toString(range.startInc()),
                    Long.toString(range.endExc())));
        }
        connection.commit();
        table.lines().forEach(out::println);
        out.println("to be sent again, but not the record at \"to\"; tailrace shadow replays shows how far that is");
        Forwarders.sayIfNotRunning(connection, List.of(carrier), out);
    }
}
