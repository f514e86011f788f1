package io.tailrace.forwarder.reverse;

import io.tailrace.forwarder.ForwarderStats;
import io.tailrace.forwarder.offsets.OffsetMapCleaner;
import io.tailrace.forwarder.route.NamePatterns;
import io.tailrace.forwarder.sink.TargetSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings back what is produced on the target, while the cluster is moved there. It begins only when everything from here has
 * arrived, so that all which lies behind the forwarder's position on the target is new. Nothing of it can be forwarded again: what
 * comes in moves the forwarder's position with it, in one transaction. Runs in place of the forwarding, on its thread.
 */
public final class ReverseShadow {
    private static final Logger LOGGER = LoggerFactory.getLogger(ReverseShadow.class);
    /** How often to look which topics there are, here and there. */
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(5);

    /** How many topics the log names at a time. */
    private static final int NAMED = 10;

    private static final String INTERNAL = "__";

    private final TargetSettings settings;
    private final ReverseStore store;
    private final OffsetMapCleaner cleaner;
    private final NamePatterns include;
    private final NamePatterns exclude;
    private final ForwarderStats stats;

    private Set<LeftAtTarget> left = Set.of();

    /**
     * @param forwarder the name under which positions and maps stand
     * @param include a topic that is new at the target is told of if its name is one of these
     * @param exclude and none of these
     */
    public ReverseShadow(
            String forwarder,
            TargetSettings settings,
            List<String> include,
            List<String> exclude,
            ForwarderStats stats) {
        this.settings = settings;
        this.store = new ReverseStore(forwarder);
        this.cleaner = store.positions().mapCleaner();
        this.include = new NamePatterns(include);
        this.exclude = new NamePatterns(exclude);
        this.stats = stats;
    }

    /** Whether clients have moved to this forwarder's target, and everything from here has arrived there. */
    public boolean isDue(Connection connection) throws SQLException {
        return store.isDue(connection);
    }

    /**
     * Brings records back until the cluster is not moved any more, or it is to stop.
     *
     * @throws io.tailrace.forwarder.sink.TargetException if the target cannot be read
     */
    public void run(Connection connection, BooleanSupplier stopping) throws SQLException, InterruptedException {
        LOGGER.atInfo().log("clients are at the target; what is produced there comes back into the log");
        boolean moved = true;
        try (TargetTail tail = new TargetTail(settings)) {
            while (moved && !stopping.getAsBoolean()) {
                look(connection, tail);
                moved = bringBack(connection, tail, stopping);
                cleaner.cleanIfDue(connection);
            }
        } finally {
            stats.onLeftAtTarget(0);
        }
        if (!moved) {
            LOGGER.atInfo().log("clients are served here again; records go to the target as before");
        }
    }

    /** Which topics there are. Only what exists at the target can be read. */
    private void look(Connection connection, TargetTail tail) throws SQLException {
        Map<String, Integer> there = tail.topics();
        Map<TopicPartition, ReturningPartition> here = store.partitions(connection);
        List<ReturningPartition> both = here.values().stream()
                .filter(partition -> partition.partition()
                        < there.getOrDefault(partition.target().topic(), 0))
                .toList();
        tail.follow(both);
        Set<LeftAtTarget> found = left(there, here.keySet(), store.targetTopics(connection));
        if (!found.equals(left)) {
            store.replaceLeft(connection, found);
            tell(found.stream().filter(one -> !left.contains(one)).toList());
            left = found;
        }
        stats.onLeftAtTarget(found.size());
    }

    private Set<LeftAtTarget> left(Map<String, Integer> there, Set<TopicPartition> here, List<String> known) {
        Map<String, Integer> partitionsHere = new HashMap<>();
        here.forEach(partition -> partitionsHere.merge(partition.topic(), partition.partition() + 1, Math::max));
        Set<LeftAtTarget> found = new HashSet<>();
        there.forEach((topic, partitions) -> {
            Integer those = partitionsHere.get(topic);
            if (those != null) {
                for (int partition = those; partition < partitions; partition++) {
                    found.add(LeftAtTarget.partition(topic, partition));
                }
            } else if (!known.contains(topic) && isWanted(topic)) {
                found.add(LeftAtTarget.topic(topic));
            }
        });
        return found;
    }

    private boolean isWanted(String topic) {
        return !topic.startsWith(INTERNAL) && include.match(topic) && !exclude.match(topic);
    }

    private static void tell(List<LeftAtTarget> fresh) {
        if (!fresh.isEmpty()) {
            LOGGER.atWarn()
                    .addKeyValue("count", fresh.size())
                    .addKeyValue(
                            "topics",
                            fresh.stream()
                                    .map(LeftAtTarget::topic)
                                    .distinct()
                                    .sorted()
                                    .limit(NAMED)
                                    .toList())
                    .log(
                            "topics or partitions of the target are not here, and what is produced there does not come back; kafka.left_at_target has all of them");
        }
    }

    /** @return whether the cluster is still moved */
    private boolean bringBack(Connection connection, TargetTail tail, BooleanSupplier stopping)
            throws SQLException, InterruptedException {
        long untilNs = System.nanoTime() + LOOK_INTERVAL.toNanos();
        while (System.nanoTime() - untilNs < 0 && !stopping.getAsBoolean()) {
            List<Piece> pieces = tail.poll();
            for (LeftAtTarget lost : tail.takeLost()) {
                store.note(connection, lost);
            }
            if (!(pieces.isEmpty() ? store.isMoved(connection) : append(connection, pieces))) {
                return false;
            }
        }
        return true;
    }

    private boolean append(Connection connection, List<Piece> pieces) throws SQLException {
        boolean moved = store.append(connection, pieces);
        if (moved) {
            for (Piece piece : pieces) {
                piece.onAppended();
                stats.onBroughtBack(piece.records().size());
                cleaner.onSaved(piece.after().runs().size());
            }
        }
        return moved;
    }
}
