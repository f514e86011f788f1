package io.tailrace.e2e.shadow;

import io.tailrace.e2e.record.LogReader;
import io.tailrace.e2e.record.LogRecord;
import io.tailrace.e2e.record.StoredRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;

/**
 * A partition as consumers see it at the broker (what is committed) and on the target, read to the end.
 *
 * @param log in the order of offsets
 * @param target likewise
 */
public record SideBySide(TopicPartition partition, List<StoredRecord> log, List<StoredRecord> target) {

    public SideBySide {
        log = List.copyOf(log);
        target = List.copyOf(target);
    }

    public static SideBySide read(Map<String, Object> broker, Map<String, Object> target, TopicPartition partition) {
        return new SideBySide(
                partition, read(LogReader.committed(broker), partition), read(LogReader.committed(target), partition));
    }

    private static List<StoredRecord> read(Map<String, Object> connection, TopicPartition partition) {
        return LogReader.read(connection, List.of(partition)).getOrDefault(partition, List.of());
    }

    /** The first place at which the two are not the same, record by record. */
    public Optional<String> difference() {
        for (int i = 0; i < Math.max(log.size(), target.size()); i++) {
            if (i >= log.size() || i >= target.size() || !at(log, i).equals(at(target, i))) {
                return Optional.of("%s, record %d: %s in the log, %s on the target"
                        .formatted(partition, i, describe(log, i), describe(target, i)));
            }
        }
        return Optional.empty();
    }

    /**
     * The first place at which they differ although only the log was compacted: what it still has is on the target in the
     * same order, and what only the target has was replaced by a later record of its key.
     */
    public Optional<String> differenceAfterCompaction() {
        List<String> differences = new ArrayList<>();
        Set<Bytes> later = new HashSet<>();
        int kept = log.size() - 1;
        for (int i = target.size() - 1; i >= 0; i--) {
            LogRecord record = at(target, i);
            if (kept >= 0 && record.equals(at(log, kept))) {
                kept--;
            } else if (!later.contains(record.key()) && record.value() != null) {
                differences.add("%s: %s is on the target, is the last of its key, and is not in the log"
                        .formatted(partition, describe(target, i)));
            }
            later.add(record.key());
        }
        if (kept >= 0) {
            differences.add("%s: %s is not on the target at its place".formatted(partition, describe(log, kept)));
        }
        return differences.stream().findFirst();
    }

    private static LogRecord at(List<StoredRecord> records, int index) {
        return records.get(index).content();
    }

    private static String describe(List<StoredRecord> records, int index) {
        return index < records.size() ? records.get(index).toString() : "nothing";
    }
}
