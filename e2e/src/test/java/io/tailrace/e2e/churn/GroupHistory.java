package io.tailrace.e2e.churn;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;

/**
 * What the members of a group say happened, and what of it must not happen: two members that have the same partition, at the
 * same moment or in the same generation; a member that begins before an offset whose commit was acknowledged, or after
 * records that nobody has read.
 *
 * <p>Thread-safe: every method holds its lock.
 */
public final class GroupHistory {

    private final Map<TopicPartition, String> owners = new HashMap<>();
    private final Map<Integer, Map<TopicPartition, String>> generations = new HashMap<>();
    private final Map<TopicPartition, Long> committed = new HashMap<>();
    private final Map<TopicPartition, Set<Long>> read = new HashMap<>();
    private final List<String> wrong = new ArrayList<>();
    private int losses;

    /** A member has been given partitions beside those that it has. */
    synchronized void onAssigned(String member, Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            String other = owners.put(partition, member);
            if (other != null && !other.equals(member)) {
                wrong.add(partition + " was given to " + member + " while " + other + " had it");
            }
        }
    }

    /** A member has these partitions, and no others, in this generation. */
    synchronized void onGeneration(String member, int generation, Collection<TopicPartition> partitions) {
        Map<TopicPartition, String> ofGeneration = generations.computeIfAbsent(generation, key -> new HashMap<>());
        for (TopicPartition partition : partitions) {
            String other = ofGeneration.put(partition, member);
            if (other != null && !other.equals(member)) {
                wrong.add(partition + " belonged to " + member + " and " + other + " in generation " + generation);
            }
        }
    }

    /** A member has given up partitions, or is killed. */
    synchronized void onRevoked(String member, Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> owners.remove(partition, member));
    }

    /** A member hears that it has lost partitions: others may have them since before. */
    synchronized void onLost(String member, Collection<TopicPartition> partitions) {
        losses++;
        onRevoked(member, partitions);
    }

    /** A member begins to read here. */
    synchronized void onPosition(String member, TopicPartition partition, long offset) {
        long before = committed.getOrDefault(partition, 0L);
        if (offset < before) {
            wrong.add(member + " begins with " + partition + " at " + offset + ", but " + before + " was committed");
        }
    }

    synchronized void onRead(TopicPartition partition, long offset) {
        read.computeIfAbsent(partition, key -> new TreeSet<>()).add(offset);
    }

    /** A commit was acknowledged. */
    synchronized void onCommitted(String member, Map<TopicPartition, Long> offsets) {
        offsets.forEach((partition, offset) -> {
            long before = committed.getOrDefault(partition, 0L);
            if (offset < before) {
                wrong.add(member + " committed " + offset + " of " + partition + " after " + before);
            }
            committed.put(partition, offset);
        });
    }

    /** How often a member has lost its partitions. */
    public synchronized int losses() {
        return losses;
    }

    public synchronized int generations() {
        return generations.size();
    }

    /** Offsets that were acknowledged last. */
    public synchronized Map<TopicPartition, Long> committed() {
        return Map.copyOf(committed);
    }

    public synchronized long recordsRead() {
        return read.values().stream().mapToLong(Set::size).sum();
    }

    /** What must not happen and did, a sentence each. */
    public synchronized List<String> wrong() {
        return List.copyOf(wrong);
    }

    /**
     * Records that no member has read.
     *
     * @param ends the offset after the last record of each partition
     */
    public synchronized List<String> unread(Map<TopicPartition, Long> ends) {
        List<String> unread = new ArrayList<>();
        ends.forEach((partition, end) -> {
            Set<Long> offsets = read.getOrDefault(partition, Set.of());
            for (long offset = 0; offset < end; offset++) {
                if (!offsets.contains(offset)) {
                    unread.add(partition + " offset " + offset);
                }
            }
        });
        return unread;
    }
}
