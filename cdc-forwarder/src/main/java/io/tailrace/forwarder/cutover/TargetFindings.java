package io.tailrace.forwarder.cutover;

import io.tailrace.forwarder.redirect.ClientView;
import io.tailrace.forwarder.redirect.ListenerProbe;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Whether clients can be passed on to the target.
 *
 * @param view how clients will reach the target
 * @param redirect whether they are passed on at all
 */
record TargetFindings(Connection connection, String forwarder, ClientView view, boolean redirect) {
    private static final String KNOWN = "SELECT bootstrap_servers FROM kafka.target_metadata WHERE forwarder = ?";
    private static final String CLASH =
            """
            SELECT format('%s:%s', b ->> 'host', b ->> 'port')
            FROM kafka.target_metadata t CROSS JOIN jsonb_array_elements(t.metadata -> 'brokers') b CROSS JOIN kafka.migration m
            WHERE t.forwarder = ? AND (b ->> 'nodeId')::integer = m.node_id""";
    private static final String TOPICS =
            """
            SELECT t.name FROM kafka.topics t
                LEFT JOIN (SELECT x ->> 'name' AS name, jsonb_array_length(x -> 'partitions') AS partitions
                           FROM kafka.target_metadata m CROSS JOIN jsonb_array_elements(m.metadata -> 'topics') x
                           WHERE m.forwarder = ?) there ON there.name = t.name
            WHERE t.deleted_at IS NULL AND %s
            ORDER BY t.name""";
    private static final String FEWER = TOPICS.formatted("coalesce(there.partitions, 0) < t.partitions");
    private static final String MORE = TOPICS.formatted("there.partitions > t.partitions");

    /** Of the broker's own port, which has no TLS and no users. */
    private static final String CLIENTS_PROTOCOL = "PLAINTEXT";

    void addTo(List<Finding> findings) throws SQLException {
        if (Sql.texts(connection, KNOWN, forwarder).isEmpty()) {
            findings.add(Finding.blocks(
                    "target", "what it says of itself to clients is not known: the forwarder's log says why"));
            return;
        }
        topics(findings);
        if (redirect) {
            passingOn(findings);
        }
        List<String> problems = ListenerProbe.problems(view);
        problems.forEach(problem -> findings.add(Finding.blocks("target", "does not answer at " + problem)));
        if (problems.isEmpty()) {
            findings.add(Finding.ok("target", "all its brokers answer at the listener of " + view.bootstrapServers()));
        }
        findings.add(
                Finding.note(
                        "by hand",
                        "from the clients' machines the target's brokers can be reached under the names that they advertise, and clients may do there what they do here (ACLs)"));
    }

    private void topics(List<Finding> findings) throws SQLException {
        List<String> fewer = Sql.texts(connection, FEWER, forwarder);
        if (!fewer.isEmpty()) {
            findings.add(Finding.blocks(
                    "target", "does not show these topics, or not all their partitions: " + Sql.list(fewer)));
        }
        List<String> more = Sql.texts(connection, MORE, forwarder);
        if (!more.isEmpty()) {
            findings.add(Finding.note(
                    "target",
                    "has more partitions of these topics, so keys will go to other partitions there: "
                            + Sql.list(more)));
        }
    }

    private void passingOn(List<Finding> findings) throws SQLException {
        List<String> clash = Sql.texts(connection, CLASH, forwarder);
        if (!clash.isEmpty()) {
            findings.add(
                    Finding.blocks(
                            "node ids",
                            "this broker and one of the target (" + Sql.list(clash)
                                    + ") have the same id, which keeps clients here: set broker.node_id to another one and restart the broker"));
        }
        protocol(findings);
    }

    private void protocol(List<Finding> findings) {
        if (view.securityProtocol().equals(CLIENTS_PROTOCOL)) {
            findings.add(Finding.ok(
                    "protocol",
                    "clients talk %s to this broker, which offers nothing else, and so they do at %s"
                            .formatted(CLIENTS_PROTOCOL, view.bootstrapServers())));
        } else {
            findings.add(Finding.blocks(
                    "protocol",
                    "clients talk %s to this broker, which offers nothing else, and will do so at the target, where %s is %s: set migration.client_bootstrap_servers and migration.client_security_protocol of the forwarder to a listener for them, or refuse them with --no-redirect"
                            .formatted(CLIENTS_PROTOCOL, view.bootstrapServers(), view.securityProtocol())));
        }
    }
}
