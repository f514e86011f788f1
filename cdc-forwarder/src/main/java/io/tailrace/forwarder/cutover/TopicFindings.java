package io.tailrace.forwarder.cutover;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Whether everything is on the target, and the same there. Immutable. */
record TopicFindings(Connection connection, String forwarder) {
    /** Further behind than this it is not waited for. */
    private static final long FAR = 1_000_000;

    private static final String REFUSED =
            """
            SELECT format('%s (%s)', t.name, count(*))
            FROM kafka.refused_records r JOIN kafka.topics t ON t.id = r.topic_id AND t.deleted_at IS NULL
            WHERE r.forwarder = ? AND r.retried_at IS NULL GROUP BY t.name ORDER BY t.name""";
    private static final String REPLAYS =
            """
            SELECT DISTINCT t.name FROM kafka.replays r JOIN kafka.topics t ON t.id = r.topic_id
            WHERE r.slot = ? AND r.state IN ('requested', 'running') ORDER BY t.name""";
    private static final String DIFFERENT_OFFSETS =
            """
            SELECT t.name FROM kafka.topics t
            WHERE t.deleted_at IS NULL AND (
                EXISTS (SELECT FROM kafka.forwarder_offset_map m
                        WHERE m.slot = ? AND m.topic_id = t.id AND m.target_offset <> m.source_offset)
                OR EXISTS (SELECT FROM kafka.forwarder_positions f
                           WHERE f.forwarder = ? AND f.topic_id = t.id AND f.target_next_offset <> f.next_offset))
            ORDER BY t.name""";

    void addTo(List<Finding> findings) throws SQLException {
        List<TopicProgress> topics = Progress.read(connection, forwarder);
        List<Finding> problems = new ArrayList<>();
        for (TopicProgress topic : topics) {
            topic.problems().forEach(problem -> problems.add(Finding.blocks("topic " + topic.topic(), problem)));
        }
        findings.addAll(problems);
        if (problems.isEmpty()) {
            findings.add(Finding.ok(
                    "topics",
                    topics.size() + " topics are forwarded whole, under their own names, and nothing is red"));
        }
        lag(findings, topics);
        refused(findings);
        replays(findings);
        shared(findings, topics);
        offsets(findings);
    }

    private static void lag(List<Finding> findings, List<TopicProgress> topics) {
        long lag = topics.stream().mapToLong(TopicProgress::lag).sum();
        long unverified = topics.stream().mapToLong(TopicProgress::unverified).sum();
        String text = "%d offsets are not on the target yet, %d not verified".formatted(lag, unverified);
        if (lag > FAR || unverified > FAR) {
            findings.add(Finding.blocks("lag", text + ": too far behind; wait, and look at `tailrace migrate status`"));
        } else if (lag > PartitionProgress.FEW || unverified > PartitionProgress.FEW) {
            findings.add(Finding.note("lag", text + "; the cutover waits for them before it sets up the fence"));
        } else {
            findings.add(Finding.ok("lag", text));
        }
    }

    private void refused(List<Finding> findings) throws SQLException {
        List<String> refused = Sql.texts(connection, REFUSED, forwarder);
        if (!refused.isEmpty()) {
            findings.add(Finding.blocks(
                    "refused records",
                    "the target lacks records that it refused (`tailrace shadow refused` lists them): "
                            + Sql.list(refused)));
        }
    }

    private void replays(List<Finding> findings) throws SQLException {
        List<String> replays = Sql.texts(connection, REPLAYS, forwarder);
        if (!replays.isEmpty()) {
            findings.add(Finding.blocks(
                    "replays", "records of these topics are being sent again; wait for the end: " + Sql.list(replays)));
        }
    }

    private static void shared(List<Finding> findings, List<TopicProgress> topics) {
        List<String> shared = topics.stream()
                .filter(topic -> topic.partitions().stream().anyMatch(PartitionProgress::shared))
                .map(TopicProgress::topic)
                .toList();
        if (!shared.isEmpty()) {
            findings.add(
                    Finding.note("other writers", "others write to these topics of the target: " + Sql.list(shared)));
        }
    }

    private void offsets(List<Finding> findings) throws SQLException {
        List<String> different = Sql.texts(connection, DIFFERENT_OFFSETS, forwarder, forwarder);
        findings.add(
                different.isEmpty()
                        ? Finding.ok("offsets", "are the same on both sides, for consumers that keep their own")
                        : Finding.note(
                                "offsets",
                                "differ from the target's in these topics, so consumers that keep positions of their own cannot follow there (groups can): "
                                        + Sql.list(different)));
    }
}
