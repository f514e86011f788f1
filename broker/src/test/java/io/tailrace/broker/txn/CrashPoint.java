package io.tailrace.broker.txn;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.awaitility.Awaitility;

/** Where EndTxn stops, by a trigger that waits for a lock. */
enum CrashPoint {
    /** Nothing of the outcome is committed. */
    BEFORE_THE_DECISION("UPDATE ON kafka.transactions", "WHEN (OLD.state = 'Ongoing' AND NEW.state <> 'Ongoing')"),
    /** The outcome is decided and the partitions have it; groups have not. */
    BEFORE_GROUPS_KNOW("DELETE ON kafka.group_pending_records", ""),
    /** All have it; the coordinator has not written that down. */
    BEFORE_COMPLETION(
            "UPDATE ON kafka.transactions", "WHEN (OLD.state LIKE 'Prepare%' AND NEW.state LIKE 'Complete%')"),
    /** All is written; the client does not know. */
    BEFORE_THE_ANSWER("", "");

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long LOCK = 4711;

    private final String event;
    private final String condition;

    CrashPoint(String event, String condition) {
        this.event = event;
        this.condition = condition;
    }

    /** From now on everything stops there that comes there, as long as the connection holds the lock. */
    void arm(Connection holder) throws SQLException {
        if (event.isEmpty()) {
            return;
        }
        try (Statement statement = holder.createStatement()) {
            statement.execute("CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                    + " PERFORM pg_advisory_xact_lock_shared(" + LOCK + ");"
                    + " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$");
            statement.execute(
                    "CREATE TRIGGER hold BEFORE " + event + " FOR EACH ROW " + condition + " EXECUTE FUNCTION hold()");
            statement.execute("SELECT pg_advisory_lock(" + LOCK + ")");
        }
    }

    /** Returns when something has come there. */
    void await(Connection observer, String transactionalId) {
        String sql = event.isEmpty()
                ? "SELECT EXISTS (SELECT FROM kafka.transactions WHERE state LIKE 'Complete%' AND transactional_id = '"
                        + transactionalId + "')"
                : "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = " + LOCK
                        + " AND NOT granted)";
        Awaitility.await(name()).atMost(PATIENCE).until(() -> {
            try (Statement statement = observer.createStatement();
                    ResultSet row = statement.executeQuery(sql)) {
                row.next();
                return row.getBoolean(1);
            }
        });
    }

    /** Nothing stops any more. */
    static void disarm(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP FUNCTION IF EXISTS hold() CASCADE");
        }
    }
}
