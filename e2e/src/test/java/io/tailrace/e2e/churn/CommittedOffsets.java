package io.tailrace.e2e.churn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** Committed offsets as one observer sees them again and again: they must not go backwards or away. Confined to one thread. */
public final class CommittedOffsets {

    private final String observer;
    private final Map<TopicPartition, Long> last = new HashMap<>();
    private final List<String> wrong = new ArrayList<>();
    private int observations;

    public CommittedOffsets(String observer) {
        this.observer = observer;
    }

    public void observe(Map<TopicPartition, Long> offsets) {
        observations++;
        last.forEach((partition, before) -> {
            Long now = offsets.get(partition);
            if (now == null || now < before) {
                wrong.add(observer + " saw " + now + " after " + before + " for " + partition);
            }
        });
        last.putAll(offsets);
    }

    public int observations() {
        return observations;
    }

    public List<String> wrong() {
        return List.copyOf(wrong);
    }
}
