package io.tailrace.forwarder.source;

import io.tailrace.config.ReplicationConfig;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a forwarder has in Postgres for its engines: a publication for each, and slots, also those of another number of engines
 * that it had before. Immutable; each call runs on the connection that it is given, which holds the forwarder's lock.
 */
public final class Shares {
    private static final Logger LOGGER = LoggerFactory.getLogger(Shares.class);

    /** The name of a slot has no character that means something in a pattern. Another forwarder may be called like a part of this one. */
    private static final String OTHERS =
            """
            SELECT slot_name FROM pg_replication_slots
            WHERE database = current_database() AND slot_name ~ ('^' || ? || '(_[0-9]+_of_[0-9]+)?$') AND slot_name <> ALL (?)
              AND NOT EXISTS (SELECT FROM kafka.forwarders WHERE name = slot_name AND name <> ?)""";

    private final ReplicationConfig config;
    private final List<Share> shares;

    public Shares(ReplicationConfig config) {
        this.config = config;
        this.shares = Share.of(config);
    }

    public List<Share> all() {
        return shares;
    }

    /**
     * Makes the publications that are missing, and drops the slots of another number of engines: nobody reads them, and they
     * would keep write-ahead log for ever.
     */
    public void prepare(Connection connection) throws SQLException, InterruptedException {
        for (Share share : shares) {
            if (!share.isWhole()) {
                new SharePublication(config.publication(), share).ensure(connection);
            }
        }
        dropAllBut(connection, shares.stream().map(Share::slot).toList());
    }

    /** Drops every slot of this forwarder. */
    public void dropSlots(Connection connection) throws SQLException, InterruptedException {
        dropAllBut(connection, List.of());
    }

    private void dropAllBut(Connection connection, List<String> kept) throws SQLException, InterruptedException {
        for (String slot : slotsBut(connection, kept)) {
            new ReplicationSlot(slot).drop(connection);
            LOGGER.atInfo().addKeyValue("slot", slot).log("replication slot that is not used any more was dropped");
        }
    }

    private List<String> slotsBut(Connection connection, List<String> kept) throws SQLException {
        Array names = connection.createArrayOf("text", kept.toArray());
        List<String> found = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(OTHERS)) {
            statement.setString(1, config.slot());
            statement.setArray(2, names);
            statement.setString(3, config.slot());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
            }
        } finally {
            names.free();
        }
        return found;
    }
}
