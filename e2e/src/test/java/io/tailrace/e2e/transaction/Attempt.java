package io.tailrace.e2e.transaction;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * A transaction as its journal tells it. Immutable.
 *
 * @param sent in order, for each partition
 */
public record Attempt(String transaction, Outcome outcome, Map<TopicPartition, List<SentRecord>> sent) {

    public Attempt {
        sent = Map.copyOf(sent);
    }

    public int size() {
        return sent.values().stream().mapToInt(List::size).sum();
    }
}
