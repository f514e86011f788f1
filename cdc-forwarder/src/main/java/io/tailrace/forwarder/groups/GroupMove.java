package io.tailrace.forwarder.groups;

import io.tailrace.forwarder.sink.TargetSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;

/**
 * Carries the groups to the target when they move, by the same rounds as the forwarder does all the time. Confined to one
 * thread. Owns: the admin client.
 */
public final class GroupMove implements AutoCloseable {
    private final String forwarder;
    private final GroupTarget target;
    private final GroupRound round;
    private final HeartbeatGroups heartbeatGroups;

    private GroupMove(String forwarder, GroupTarget target, HeartbeatGroups heartbeatGroups) {
        this.forwarder = forwarder;
        this.target = target;
        this.round = new GroupRound(forwarder, target);
        this.heartbeatGroups = heartbeatGroups;
    }

    /** For the forwarder of this name, under which positions and maps stand. */
    public static GroupMove open(String forwarder, TargetSettings settings) {
        return new GroupMove(forwarder, new TargetGroups(settings), new HeartbeatGroups(forwarder, settings));
    }

    /** Keeps the forwarder from carrying groups until this connection ends. @return whether it worked; else try again */
    public boolean takeOver(Connection connection) throws SQLException {
        return GroupLock.take(connection, forwarder);
    }

    /**
     * Makes groups whose members keep to the protocol of KIP-848 such groups at the target as well; it takes a moment for each.
     *
     * @return how many
     */
    public int prepare(Connection connection) throws SQLException {
        return heartbeatGroups.prepare(connection, target);
    }

    /**
     * Writes to the target what is not there yet; once this was done, it is quick.
     *
     * @throws io.tailrace.forwarder.sink.TargetException if the target does not answer
     */
    public GroupReport copy(Connection connection) throws SQLException {
        return round.run(connection);
    }

    /** Groups of which the last copy left something out, and why; without those that are marked as moved. */
    public Map<String, Skipped> leftBehind() {
        Map<String, Skipped> left = new TreeMap<>(round.skipped());
        left.values().removeIf(reason -> reason == Skipped.MOVED);
        return left;
    }

    @Override
    public void close() {
        target.close();
    }
}
