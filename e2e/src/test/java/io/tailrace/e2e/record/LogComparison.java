package io.tailrace.e2e.record;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * What differs between what was sent and what a log holds, given that no two sent records of a partition are equal.
 *
 * <p>A log follows what was sent record by record; it may go back (a {@link Rewind}) and then follows again. A step ahead that
 * leaves records out is a gap, even where an earlier or later part of the log holds them: that is a change of order.
 *
 * @param lost sent, and nowhere in the log
 * @param foreign in the log, and never sent like this: changed on the way, or invented
 * @param outOfOrder places where the log leaves something out
 * @param rewinds places where it goes back
 * @param duplicates how many records occur again
 */
public record LogComparison(
        List<String> lost, List<String> foreign, List<String> outOfOrder, List<Rewind> rewinds, long duplicates) {

    public LogComparison {
        lost = List.copyOf(lost);
        foreign = List.copyOf(foreign);
        outOfOrder = List.copyOf(outOfOrder);
        rewinds = List.copyOf(rewinds);
    }

    public static LogComparison of(PartitionLogs sent, Map<TopicPartition, List<StoredRecord>> stored) {
        Builder builder = new Builder();
        sent.partitions().forEach(partition -> builder.compare(partition, sent.of(partition), stored));
        return builder.build();
    }

    /** Whether the log holds everything once and in order. */
    public boolean isIdentical() {
        return isComplete() && rewinds.isEmpty() && duplicates == 0;
    }

    /** Whether the log holds everything in order, perhaps repeated. */
    public boolean isComplete() {
        return lost.isEmpty() && foreign.isEmpty() && outOfOrder.isEmpty();
    }

    /** The counts, and the first few of each kind. */
    @Override
    public String toString() {
        return "lost " + few(lost) + "\nforeign " + few(foreign) + "\nout of order " + few(outOfOrder) + "\nrewinds "
                + few(rewinds) + "\nduplicates " + duplicates;
    }

    private static String few(Collection<?> all) {
        return all.size() + " " + all.stream().limit(10).toList();
    }

    private static final class Builder {
        private final List<String> lost = new ArrayList<>();
        private final List<String> foreign = new ArrayList<>();
        private final List<String> outOfOrder = new ArrayList<>();
        private final List<Rewind> rewinds = new ArrayList<>();
        private long duplicates;

        void compare(
                TopicPartition partition, List<LogRecord> sent, Map<TopicPartition, List<StoredRecord>> allStored) {
            Map<LogRecord, Integer> indexes = indexes(partition, sent);
            boolean[] seen = new boolean[sent.size()];
            int expected = 0;
            for (StoredRecord stored : allStored.getOrDefault(partition, List.of())) {
                Integer index = indexes.get(stored.content());
                if (index == null) {
                    foreign.add(partition + " offset " + stored.offset() + ": " + stored.content() + ", expected "
                            + (expected < sent.size() ? sent.get(expected) : "nothing"));
                    continue;
                }
                step(partition, stored.offset(), expected, index);
                duplicates += seen[index] ? 1 : 0;
                seen[index] = true;
                expected = index + 1;
            }
            for (int i = 0; i < seen.length; i++) {
                if (!seen[i]) {
                    lost.add(partition + " record " + i + ": " + sent.get(i));
                }
            }
        }

        private void step(TopicPartition partition, long offset, int expected, int index) {
            if (index > expected) {
                outOfOrder.add(
                        partition + " offset " + offset + ": record " + index + " where " + expected + " belongs");
            } else if (index < expected) {
                rewinds.add(new Rewind(partition, offset, expected - index));
            }
        }

        private static Map<LogRecord, Integer> indexes(TopicPartition partition, List<LogRecord> sent) {
            Map<LogRecord, Integer> indexes = new HashMap<>();
            for (int i = 0; i < sent.size(); i++) {
                Integer other = indexes.put(sent.get(i), i);
                if (other != null) {
                    throw new IllegalArgumentException(
                            partition + ": records " + other + " and " + i + " are equal: " + sent.get(i));
                }
            }
            return indexes;
        }

        LogComparison build() {
            return new LogComparison(lost, foreign, outOfOrder, rewinds, duplicates);
        }
    }
}
