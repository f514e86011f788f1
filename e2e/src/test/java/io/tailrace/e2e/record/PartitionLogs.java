package io.tailrace.e2e.record;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/** The records of some partitions, in order. Thread-safe: every method holds its lock, what it returns is a copy. */
public final class PartitionLogs {

    private final Map<TopicPartition, List<LogRecord>> logs = new HashMap<>();

    public synchronized void add(TopicPartition partition, LogRecord record) {
        logs.computeIfAbsent(partition, key -> new ArrayList<>()).add(record);
    }

    public synchronized List<LogRecord> of(TopicPartition partition) {
        return List.copyOf(logs.getOrDefault(partition, Collections.emptyList()));
    }

    public synchronized Set<TopicPartition> partitions() {
        return Set.copyOf(logs.keySet());
    }

    public synchronized long size() {
        return logs.values().stream().mapToLong(List::size).sum();
    }
}
