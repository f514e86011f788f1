package io.tailrace.forwarder.reverse;

import io.tailrace.config.ForwarderConfig;
import io.tailrace.forwarder.offsets.OffsetMap;
import io.tailrace.forwarder.offsets.OffsetMaps;
import io.tailrace.forwarder.sink.TargetCheck;
import io.tailrace.forwarder.sink.TargetSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The return of a moved cluster, in a process of its own, beside the broker and the forwarder that brings records back. It waits
 * until nothing is written at the target any more and all of it is here, translates the groups' offsets, has the broker serve clients
 * again and commits the offsets there. Whatever is interrupted can be run again. Confined to one thread. The connection is
 * lent to it.
 */
public final class ClientReturn {
    private static final long PAUSE_MS = 250;

    private final Connection connection;
    private final ReturnSettings settings;
    private final Consumer<String> journal;
    private final ReverseStore reverse;
    private final ReturnStore store;
    private final OffsetMaps maps;
    private final TargetSettings target;

    /** @param journal is told what is done, in sentences */
    public ClientReturn(
            ForwarderConfig config, Connection connection, ReturnSettings settings, Consumer<String> journal) {
        String forwarder = config.replication().slot();
        this.connection = connection;
        this.settings = settings;
        this.journal = journal;
        this.reverse = new ReverseStore(forwarder);
        this.store = new ReturnStore(forwarder);
        this.maps = new OffsetMaps(forwarder);
        this.target = new TargetSettings(config.kafka(), config.replication().maxInFlightBytes());
    }

    /** Whether clients have returned, but offsets of their groups are still to be committed here. */
    public static boolean isUnfinished(ForwarderConfig config, Connection connection) throws SQLException {
        return !new ReturnStore(config.replication().slot()).waiting(connection).isEmpty();
    }

    /**
     * Returns the clients; or, where they have returned and the broker has not got all offsets of groups yet, goes on with these.
     *
     * @return whether everything is here now: no group was left out, and nothing was written at the target meanwhile
     * @throws ReturnException if the clients have not moved to this forwarder's target, or something is still to come
     * @throws io.tailrace.forwarder.sink.TargetException if the target does not answer
     */
    public boolean run() throws SQLException, InterruptedException {
        if (!reverse.isMoved(connection)) {
            if (store.waiting(connection).isEmpty()) {
                throw new ReturnException("the clients have not moved to the target of this forwarder");
            }
            journal.accept("the clients have returned already; offsets of groups are still to be committed here");
            return commitGroups();
        }
        TargetCheck.requireAnswer(target);
        boolean complete;
        try (TargetState there = new TargetState(target)) {
            complete = returnFrom(there);
        }
        return commitGroups() && complete;
    }

    /** @return whether nothing is left out */
    private boolean returnFrom(TargetState there) throws SQLException, InterruptedException {
        Map<TopicPartition, Long> ends = awaitStandstill(there);
        journal.accept("nothing is written at the target, and all that is there is here: %d partitions"
                .formatted(ends.size()));
        boolean translated = returnWith(there.groups(store.groups(connection)));
        return reportLate(there, ends) && translated;
    }

    private Map<TopicPartition, Long> awaitStandstill(TargetState there) throws SQLException, InterruptedException {
        long deadlineNs = System.nanoTime() + settings.limit().toNanos();
        Map<TopicPartition, Long> ends = Map.of();
        long sinceNs = System.nanoTime();
        while (true) {
            Map<TopicPartition, Long> now =
                    there.ends(reverse.partitions(connection).keySet());
            List<String> missing = missing(now);
            if (!now.equals(ends)) {
                ends = now;
                sinceNs = System.nanoTime();
            }
            if (missing.isEmpty()
                    && System.nanoTime() - sinceNs >= settings.quiet().toNanos()) {
                return ends;
            }
            if (System.nanoTime() - deadlineNs >= 0) {
                throw new ReturnException(
                        missing.isEmpty()
                                ? "something is still written at the target; stop its producers, and try again. Nothing has changed"
                                : "not everything is here yet: %s. Does the forwarder run, are the target's producers stopped and its transactions ended? Nothing has changed"
                                        .formatted(String.join(", ", missing)));
            }
            Thread.sleep(PAUSE_MS);
        }
    }

    private List<String> missing(Map<TopicPartition, Long> ends) throws SQLException {
        Map<TopicPartition, ReturningPartition> here = reverse.partitions(connection);
        List<String> missing = new ArrayList<>();
        ends.forEach((partition, end) -> {
            ReturningPartition returning = here.get(partition);
            Long position = returning == null ? null : returning.targetNext();
            if (end > (position == null ? 0 : position)) {
                missing.add("%s (read to %s of %d)".formatted(partition, position, end));
            }
        });
        return missing;
    }

    /** @return whether every offset has a place here */
    private boolean returnWith(TargetState.Groups groups) throws SQLException {
        Map<Integer, String> topics = store.topics(connection);
        List<ReturningOffset> offsets = new ArrayList<>();
        boolean complete = true;
        for (ReturningPartition partition : reverse.partitions(connection).values()) {
            String topic = topics.get(partition.topicId());
            if (topic != null) {
                complete &= translate(new TopicPartition(topic, partition.partition()), partition, groups, offsets);
            }
        }
        if (!store.markReturned(connection, offsets)) {
            throw new ReturnException("the clients are not at the target any more: somebody else has had them return");
        }
        journal.accept("the clients are served here again; start them with the address of this broker");
        Set<String> active = new TreeSet<>(groups.active());
        active.retainAll(offsets.stream().map(ReturningOffset::group).toList());
        if (!active.isEmpty()) {
            journal.accept(
                    "these groups still have members at the target; what they read there from now on they will read here again: "
                            + String.join(", ", active));
        }
        return complete;
    }

    private boolean translate(
            TopicPartition here, ReturningPartition partition, TargetState.Groups groups, List<ReturningOffset> offsets)
            throws SQLException {
        Map<String, OffsetAndMetadata> committed = new HashMap<>();
        groups.offsets().forEach((group, all) -> {
            OffsetAndMetadata offset = all.get(partition.target());
            if (offset != null) {
                committed.put(group, offset);
            }
        });
        if (committed.isEmpty()) {
            return true;
        }
        OffsetMap map = maps.load(connection, partition.topicId(), partition.partition());
        boolean complete = true;
        for (Map.Entry<String, OffsetAndMetadata> one : committed.entrySet()) {
            OptionalLong source = map.source(one.getValue().offset());
            if (source.isPresent()) {
                offsets.add(new ReturningOffset(
                        one.getKey(),
                        here,
                        new OffsetAndMetadata(source.getAsLong(), one.getValue().metadata())));
            } else {
                complete = false;
                journal.accept(
                        "group \"%s\" keeps what it had committed here of %s: offset %d of the target lies below the offset map"
                                .formatted(one.getKey(), here, one.getValue().offset()));
            }
        }
        return complete;
    }

    private boolean commitGroups() throws SQLException, InterruptedException {
        int groups = store.waiting(connection).size();
        Map<String, String> left =
                new ReturnedGroups(store, settings.broker(), journal).commit(connection, settings.limit());
        journal.accept("%d of %d groups have their offsets of the target here".formatted(groups - left.size(), groups));
        left.forEach(
                (group, reason) -> journal.accept("group \"%s\" has not, run this again: %s".formatted(group, reason)));
        return left.isEmpty();
    }

    /** Asked at once: the forwarder, which sends records again from now on, is not through with turning round yet. */
    private boolean reportLate(TargetState there, Map<TopicPartition, Long> ends) {
        boolean complete = true;
        for (Map.Entry<TopicPartition, Long> now : there.ends(ends.keySet()).entrySet()) {
            long before = ends.getOrDefault(now.getKey(), 0L);
            if (now.getValue() > before) {
                complete = false;
                journal.accept(
                        "%s has grown at the target in the last moment: what is there from offset %d on is not here"
                                .formatted(now.getKey(), before));
            }
        }
        return complete;
    }
}
