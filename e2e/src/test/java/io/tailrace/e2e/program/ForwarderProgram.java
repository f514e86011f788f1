package io.tailrace.e2e.program;

import static org.awaitility.Awaitility.await;

import io.tailrace.local.PostgresAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** A forwarder and its replication slot. Confined to the test's thread. */
public final class ForwarderProgram {

    private static final Duration SLOT_LIMIT = Duration.ofSeconds(30);

    private final Program program;
    private final PostgresAddress database;
    private final String slot;

    ForwarderProgram(Program program, PostgresAddress database, String slot) {
        this.program = program;
        this.database = database;
        this.slot = slot;
    }

    public Program program() {
        return program;
    }

    /** Runs a command of {@code tailrace}, {@code migrate verify}, with this forwarder's configuration to its end. */
    public CommandResult run(String... command) {
        Path config = program.config();
        return CommandProgram.run(config.resolveSibling("commands"), config, List.of(command));
    }

    public void start() {
        program.start();
    }

    public void kill() {
        program.kill();
    }

    /** As an orderly shutdown does: everything received is acknowledged and the position saved. */
    public void terminate() {
        program.terminate();
    }

    /** Ends the server process that streams to the forwarder; false if there was none. */
    public boolean terminateReplicationConnection() throws SQLException {
        String sql =
                """
                SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
                WHERE slot_name = ? AND active_pid IS NOT NULL
                """;
        try (Connection connection = database.connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, slot);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() && rows.getBoolean(1);
            }
        }
    }

    /** Waits until it streams from its slot. */
    public void awaitStreaming() {
        await("replication from slot " + slot).atMost(Duration.ofSeconds(60)).until(this::isStreaming);
    }

    private boolean isStreaming() throws SQLException {
        String sql = "SELECT 1 FROM pg_replication_slots WHERE slot_name = ? AND active";
        try (Connection connection = database.connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, slot);
            return statement.executeQuery().next();
        }
    }

    /** Drops the slot under the forwarder's hands, or after it: a slot outlives its forwarder and would keep the write-ahead log. */
    public void dropSlot() {
        await("slot " + slot + " to be gone")
                .ignoreExceptions()
                .pollInterval(Duration.ofMillis(20))
                .atMost(SLOT_LIMIT)
                .untilAsserted(() -> {
                    terminateReplicationConnection();
                    dropUnusedSlot();
                });
    }

    private void dropUnusedSlot() throws SQLException {
        String sql = "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = ?";
        try (Connection connection = database.connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, slot);
            statement.executeQuery().close();
        }
    }
}
