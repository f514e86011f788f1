package io.tailrace.forwarder.cutover;

import io.tailrace.config.ReplicationConfig;
import io.tailrace.forwarder.source.Share;
import io.tailrace.forwarder.source.SourceSession;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What the broker, the forwarder and their database are like. Immutable. */
record ServerFindings(Connection connection, ReplicationConfig replication) {
    private static final String MAY =
            "SELECT has_function_privilege('kafka.fence(integer)', 'EXECUTE') AND has_table_privilege('kafka.verified_partitions', 'INSERT')";
    private static final String BROKER_RUNS =
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'tailrace-migration' AND datname = current_database())";
    private static final String SLOT = "SELECT active FROM pg_replication_slots WHERE slot_name = ?";
    private static final String OUTBOX = "SELECT count(*) FROM kafka.outbox WHERE failure IS NULL";
    private static final String OUTBOX_FAILED = "SELECT count(*) FROM kafka.outbox WHERE failure IS NOT NULL";

    void addTo(List<Finding> findings) throws SQLException {
        MigrationState state = MigrationTable.read(connection);
        findings.add(state(state));
        if (!Sql.isTrue(connection, MAY)) {
            findings.add(Finding.blocks(
                    "database user",
                    "may not set up a fence: use the owner of the schema kafka in section [postgres]"));
        }
        findings.add(broker(state));
        findings.add(forwarding());
        outbox(findings);
    }

    private static Finding state(MigrationState state) {
        return switch (state.stage()) {
            case NONE -> Finding.ok("state", state.text());
            case FENCED -> Finding.note("state", state.text());
            case MOVED -> Finding.blocks("state", state.text());
        };
    }

    private Finding broker(MigrationState state) throws SQLException {
        if (!state.brokerHeeds()) {
            return Finding.blocks(
                    "broker", "the one that started last knows no fence: start the broker of this version");
        }
        return Sql.isTrue(connection, BROKER_RUNS)
                ? Finding.ok("broker", "runs, and heeds a fence")
                : Finding.note("broker", "does not run; clients are passed on by a broker that does");
    }

    private Finding forwarding() throws SQLException {
        String forwarder = replication.slot();
        if (!SourceSession.isRunning(connection, forwarder)) {
            return Finding.blocks("forwarder", "\"" + forwarder + "\" does not run: start it");
        }
        for (Share share : Share.of(replication)) {
            if (!Sql.isTrue(connection, SLOT, share.slot())) {
                return Finding.blocks(
                        "forwarder",
                        "\"" + forwarder + "\" runs, but does not follow its slot " + share.slot()
                                + ": its log says what it waits for");
            }
        }
        return Finding.ok("forwarder", "\"" + forwarder + "\" runs and follows its slot");
    }

    private void outbox(List<Finding> findings) throws SQLException {
        long waiting = Sql.number(connection, OUTBOX);
        if (waiting > 0) {
            findings.add(
                    Finding.note(
                            "kafka.produce",
                            waiting
                                    + " records wait in kafka.outbox; stop what calls kafka.produce before the cutover, for what waits behind the fence would be left behind"));
        }
        long failed = Sql.number(connection, OUTBOX_FAILED);
        if (failed > 0) {
            findings.add(Finding.note(
                    "kafka.produce",
                    failed + " records of kafka.outbox could not be written to the log and stay there"));
        }
    }
}
