package io.tailrace.forwarder.cutover;

import io.tailrace.config.ForwarderConfig;
import io.tailrace.forwarder.groups.GroupMove;
import io.tailrace.forwarder.groups.GroupReport;
import io.tailrace.forwarder.groups.Skipped;
import io.tailrace.forwarder.sink.TargetCheck;
import io.tailrace.forwarder.sink.TargetSettings;
import io.tailrace.forwarder.verify.Verdict;
import io.tailrace.forwarder.verify.Verification;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Everything that can be done before producers are held back, so that this is short: the checks, and waiting until little is
 * missing, not verified and not copied. Confined to one thread.
 */
final class Preparation {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration TELL = Duration.ofSeconds(5);
    private static final Duration ROUND_LIMIT = Duration.ofSeconds(20);

    private final ForwarderConfig config;
    private final Connection connection;
    private final CutoverOptions options;
    private final Journal journal;

    Preparation(ForwarderConfig config, Connection connection, CutoverOptions options, Journal journal) {
        this.config = config;
        this.connection = connection;
        this.options = options;
        this.journal = journal;
    }

    void run(Verification verification, GroupMove groups) throws SQLException, InterruptedException {
        journal.run("check", this::check);
        journal.run("catch up", () -> catchUp(verification));
        journal.run("copy groups", () -> copy(groups));
    }

    private String check() throws SQLException, InterruptedException {
        List<Finding> findings = Plan.check(config, connection, options.redirect());
        List<Finding> blocking = Plan.blocking(findings);
        if (!blocking.isEmpty()) {
            throw new CutoverException(blocking.stream()
                    .map(finding -> finding.check() + ": " + finding.text())
                    .collect(Collectors.joining("\n  ", "there is no cutover as things stand\n  ", "")));
        }
        TargetCheck.requireAnswer(
                new TargetSettings(config.kafka(), config.replication().maxInFlightBytes()));
        return findings.size() + " findings, none blocks";
    }

    private String catchUp(Verification verification) throws SQLException, InterruptedException {
        long deadlineNs = System.nanoTime() + options.patience().toNanos();
        long toldNs = System.nanoTime();
        while (true) {
            refuseRed(verification.verifyRest());
            List<TopicProgress> topics =
                    Progress.read(connection, config.replication().slot());
            long lag = topics.stream().mapToLong(TopicProgress::lag).sum();
            long unverified =
                    topics.stream().mapToLong(TopicProgress::unverified).sum();
            String text = "%d offsets are missing, %d not verified".formatted(lag, unverified);
            if (lag <= PartitionProgress.FEW && unverified <= PartitionProgress.FEW) {
                return text;
            }
            long nowNs = System.nanoTime();
            if (nowNs - deadlineNs >= 0) {
                throw new CutoverException("%s after %d s; the fence was not set up"
                        .formatted(text, options.patience().toSeconds()));
            }
            if (nowNs - toldNs >= TELL.toNanos()) {
                journal.onNote(text);
                toldNs = nowNs;
            }
            Thread.sleep(POLL.toMillis());
        }
    }

    static void refuseRed(List<Verdict> verdicts) {
        verdicts.stream()
                .filter(verdict -> verdict.state() == Verdict.State.RED)
                .findFirst()
                .ifPresent(red -> {
                    throw new CutoverException(
                            "topic %s, partition %d is red: `tailrace migrate verify` says where it differs"
                                    .formatted(red.topic(), red.partition()));
                });
    }

    private String copy(GroupMove groups) throws SQLException, InterruptedException {
        long deadlineNs = System.nanoTime() + ROUND_LIMIT.toNanos();
        while (!groups.takeOver(connection)) {
            if (System.nanoTime() - deadlineNs >= 0) {
                throw new CutoverException(
                        "the forwarder does not end its round of consumer groups: does the target answer?");
            }
            Thread.sleep(POLL.toMillis());
        }
        int prepared = groups.prepare(connection);
        GroupReport report = groups.copy(connection);
        Map<String, Skipped> left = groups.leftBehind();
        // What is not forwarded yet will be, behind the fence.
        left.values().removeIf(reason -> reason == Skipped.NOT_FORWARDED);
        refuseLeft(left);
        return "%d offsets, %d groups by KIP-848".formatted(report.written(), prepared);
    }

    static void refuseLeft(Map<String, Skipped> left) {
        if (!left.isEmpty()) {
            throw new CutoverException("these groups cannot follow: "
                    + Sql.list(left.entrySet().stream()
                            .map(group ->
                                    group.getKey() + " (" + group.getValue().reason() + ")")
                            .toList())
                    + "; reset or delete them, or have them left alone (moved = true in kafka.forwarder_groups)");
        }
    }
}
