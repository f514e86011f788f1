package io.tailrace.forwarder.cutover;

import io.tailrace.config.ForwarderConfig;
import io.tailrace.forwarder.cutover.MigrationState.Stage;
import io.tailrace.forwarder.groups.GroupMove;
import io.tailrace.forwarder.sink.TargetSettings;
import io.tailrace.forwarder.verify.Verification;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The whole move in one go. It keeps no state but what Postgres has, so it may be killed anywhere: before the last step the fence
 * ends by itself and everything is as before, and the next run begins anew, quickly, since what was forwarded, verified and
 * copied stays so. Only one at a time can run. Confined to one thread.
 */
public final class Cutover {
    /** The key of the advisory lock: "cutover" in ASCII. */
    private static final long LOCK = 0x6375746f766572L;

    private final ForwarderConfig config;
    private final Connection connection;
    private final CutoverOptions options;
    private final Journal journal;

    /** On a connection of its own, in auto-commit mode, which whoever made it closes. */
    public Cutover(ForwarderConfig config, Connection connection, CutoverOptions options, Journal journal) {
        this.config = config;
        this.connection = connection;
        this.options = options;
        this.journal = journal;
    }

    /** The steps that {@link #run()} would take, with the numbers of now. */
    public List<String> steps() throws SQLException {
        List<TopicProgress> topics = Progress.read(connection, slot());
        long lag = topics.stream().mapToLong(TopicProgress::lag).sum();
        long unverified = topics.stream().mapToLong(TopicProgress::unverified).sum();
        List<String> open = OpenTransactions.names(connection);
        List<String> steps = new ArrayList<>();
        steps.add("wait until at most %d offsets are missing or not verified: now %d and %d"
                .formatted(PartitionProgress.FEW, lag, unverified));
        steps.add("fence: hold producers back, for %d s at most"
                .formatted(options.limit().toSeconds()));
        steps.add("drain: until the target has everything and no transaction is open; now open: "
                + (open.isEmpty() ? "none" : Sql.list(open)));
        steps.add("verify: compare what was not compared yet");
        steps.add("groups: hold commits back, and copy the last offsets of %s groups"
                .formatted(Sql.number(connection, "SELECT count(DISTINCT group_id) FROM kafka.consumer_offsets")));
        steps.add("move: " + (options.redirect() ? "pass the clients on to the target" : "refuse the clients"));
        return steps;
    }

    /**
     * Makes the move.
     *
     * @return how long producers were held back; nothing if the clients had moved before
     * @throws CutoverException if it cannot be made; the clients are served here as before
     */
    public Optional<Duration> run() throws SQLException, InterruptedException {
        if (!lock()) {
            throw new CutoverException("another cutover is under way");
        }
        MigrationState state = MigrationTable.read(connection);
        if (state.stage() == Stage.MOVED) {
            journal.onNote(state.text());
            return Optional.empty();
        }
        TargetSettings settings =
                new TargetSettings(config.kafka(), config.replication().maxInFlightBytes());
        try (Verification verification = Verification.open(config);
                GroupMove groups = GroupMove.open(slot(), settings)) {
            new Preparation(config, connection, options, journal).run(verification, groups);
            return Optional.of(new Move(slot(), connection, options, journal).run(verification, groups));
        }
    }

    private String slot() {
        return config.replication().slot();
    }

    private boolean lock() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT pg_try_advisory_lock(?)")) {
            statement.setLong(1, LOCK);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }
}
