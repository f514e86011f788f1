package io.tailrace.cli.shadow;

import io.tailrace.cli.UserError;
import io.tailrace.cli.Version;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes a topic's row of {@code kafka.topic_shadow_config}, after a look whether it makes sense. */
@Command(
        name = "set",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Set whether and how a topic is forwarded. A running forwarder takes it up within seconds.")
final class ShadowSetCommand implements Callable<Integer> {

    @Mixin
    private final DatabaseOptions database = new DatabaseOptions();

    @Option(names = "--topic", paramLabel = "TOPIC", required = true, description = "The topic.")
    private String topic = "";

    @Option(
            names = "--enabled",
            paramLabel = "true|false|by-pattern",
            description = "Whether it is forwarded; by-pattern leaves it to shadow.include and shadow.exclude.")
    private @Nullable String enabled;

    @Option(
            names = "--target",
            paramLabel = "NAME",
            description =
                    "The topic of the target. With another one than before it starts anew there, from the log's start.")
    private @Nullable String target;

    @Option(
            names = "--percentage",
            paramLabel = "N",
            description = "How many of its partitions, 0 to 100. Raising it only adds partitions.")
    private @Nullable Integer percentage;

    @Option(
            names = "--sample",
            paramLabel = "N",
            description = "How many of its records, 1 to 100: for load tests. There is no cutover for a sample.")
    private @Nullable Integer sample;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws SQLException {
        ShadowChange change = new ShadowChange(topic, enabled, target, percentage, sample);
        List<TopicRow> rows = database.run(connection -> {
            check(connection, change);
            List<TopicRow> before = ShadowTopics.rows(connection, topic);
            ShadowTopics.set(connection, change);
            return before;
        });
        PrintWriter out = spec.commandLine().getOut();
        out.println("set; a running forwarder takes it up within replication.topic_refresh_interval");
        rows.stream()
                .filter(row -> change.target() != null
                        && row.forwarded() != null
                        && row.forwarded() > 0
                        && !row.target().equals(change.target()))
                .findFirst()
                .ifPresent(row -> out.println("it was forwarded to " + row.target()
                        + ", which stays as it is; it starts anew at " + change.target() + ", from the log's start"));
        return 0;
    }

    private static void check(Connection connection, ShadowChange change) throws SQLException {
        if (!ShadowTopics.exists(connection, change.topic())) {
            throw new UserError("there is no topic " + change.topic() + " (tailrace shadow show lists them)");
        }
        String target = change.target();
        if (target == null) {
            return;
        }
        ShadowTopics.owner(connection, target, change.topic()).ifPresent(owner -> {
            throw new UserError("topic " + target + " of the target belongs to " + owner + "; choose another --target");
        });
    }
}
