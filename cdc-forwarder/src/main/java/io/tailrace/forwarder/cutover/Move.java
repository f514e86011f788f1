package io.tailrace.forwarder.cutover;

import io.tailrace.forwarder.groups.GroupMove;
import io.tailrace.forwarder.groups.GroupReport;
import io.tailrace.forwarder.verify.Verdict;
import io.tailrace.forwarder.verify.Verification;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * What happens while producers are held back: drain, verify, the groups, the move. Whatever fails lifts the fence. Everything is
 * done again in each attempt, since the number of the fence vouches for what was found behind it and no other. Confined to one
 * thread.
 */
final class Move {
    private static final Duration POLL = Duration.ofMillis(20);
    private static final int LONGEST_FREEZE_SECONDS = 10;

    /**
     * Partitions that the target does not have whole: behind, or not forwarded at all (made a moment ago). And those to which
     * records are just sent again: only the forwarder that sends them knows what is on its way.
     */
    private static final String MISSING =
            """
            SELECT count(*) + (SELECT count(*) FROM kafka.repeated_ranges WHERE slot = ? AND target_to IS NULL)
            FROM kafka.topics t
                JOIN kafka.partitions p ON p.topic_id = t.id
                LEFT JOIN kafka.forwarder_positions f
                    ON f.forwarder = ? AND f.topic_id = t.id AND f.partition_id = p.partition_id
                LEFT JOIN kafka.forwarder_topics w ON w.forwarder = ? AND w.topic_id = t.id
            WHERE t.deleted_at IS NULL AND (
                p.next_offset > greatest(coalesce(f.next_offset, 0), p.log_start_offset)
                OR NOT coalesce(p.partition_id = ANY (w.partitions), false))""";

    private final String forwarder;
    private final Connection connection;
    private final CutoverOptions options;
    private final Journal journal;
    private long startNs;
    private long fence;

    Move(String forwarder, Connection connection, CutoverOptions options, Journal journal) {
        this.forwarder = forwarder;
        this.connection = connection;
        this.options = options;
        this.journal = journal;
    }

    /** Makes the move; returns how long producers were held back. */
    Duration run(Verification verification, GroupMove groups) throws SQLException, InterruptedException {
        startNs = System.nanoTime();
        boolean moved = false;
        try {
            journal.run("fence", this::fence);
            journal.run("drain", this::drain);
            journal.run("verify", () -> verify(verification));
            journal.run("move", () -> move(groups));
            moved = true;
            return held();
        } finally {
            if (!moved) {
                lift();
            }
        }
    }

    private Duration held() {
        return Duration.ofNanos(System.nanoTime() - startNs);
    }

    private String fence() throws SQLException {
        fence = MigrationTable.fence(connection, (int) options.limit().toSeconds());
        return "fence %d, for %d s at most".formatted(fence, options.limit().toSeconds());
    }

    private String drain() throws SQLException, InterruptedException {
        boolean aborted = false;
        while (true) {
            long missing = Sql.number(connection, MISSING, forwarder, forwarder, forwarder);
            List<String> open = OpenTransactions.names(connection);
            if (missing == 0 && open.isEmpty()) {
                return "the target has everything";
            }
            if (!open.isEmpty() && !aborted && held().compareTo(options.transactionPatience()) > 0) {
                abort(open);
                aborted = true;
            }
            checkTime("%d partitions are not drained, %d transactions open".formatted(missing, open.size()));
            Thread.sleep(POLL.toMillis());
        }
    }

    private void abort(List<String> open) throws InterruptedException {
        String broker = options.broker();
        if (broker == null) {
            throw new CutoverException(
                    "these transactions stay open and hold up the drain: %s; end them, or have them aborted with --abort-transactions"
                            .formatted(Sql.list(open)));
        }
        journal.onNote("aborting transactions that stay open: " + Sql.list(open));
        TransactionAborts.abort(broker, open);
    }

    private String verify(Verification verification) throws SQLException, InterruptedException {
        checkTime("nothing is verified yet");
        List<Verdict> verdicts = verification.verifyRest();
        Preparation.refuseRed(verdicts);
        verdicts.stream()
                .filter(verdict -> verdict.state() != Verdict.State.GREEN && verdict.state() != Verdict.State.EMPTY)
                .findFirst()
                .ifPresent(verdict -> {
                    throw new CutoverException("topic %s, partition %d cannot be verified (%s)"
                            .formatted(
                                    verdict.topic(),
                                    verdict.partition(),
                                    verdict.state().text()));
                });
        return "the rest of %d partitions is the same".formatted(verdicts.size());
    }

    private String move(GroupMove groups) throws SQLException {
        checkTime("the groups are not copied yet");
        long left = options.limit().minus(held()).toSeconds();
        int seconds = (int) Math.max(1, Math.min(LONGEST_FREEZE_SECONDS, left));
        long freeze = MigrationTable.freeze(connection, fence, seconds);
        List<String> open = OpenTransactions.names(connection);
        if (!open.isEmpty()) {
            throw new CutoverException("transactions have begun behind the fence: " + Sql.list(open) + "; try again");
        }
        GroupReport report = groups.copy(connection);
        Preparation.refuseLeft(groups.leftBehind());
        MigrationTable.markMoved(connection, fence, freeze, forwarder, options.redirect());
        return report.written() + " offsets of groups copied; "
                + MigrationTable.read(connection).text();
    }

    private void checkTime(String how) {
        if (held().compareTo(options.limit()) >= 0) {
            throw new CutoverException("not through in %d s: %s. The fence is lifted, producers go on here"
                    .formatted(options.limit().toSeconds(), how));
        }
    }

    private void lift() {
        try {
            if (MigrationTable.lift(connection)) {
                journal.onNote("the fence is lifted after %d ms; producers go on here".formatted(held().toMillis()));
            }
        } catch (SQLException failed) {
            journal.onNote("the fence could not be lifted (%s); it ends by itself".formatted(failed.getMessage()));
        }
    }
}
