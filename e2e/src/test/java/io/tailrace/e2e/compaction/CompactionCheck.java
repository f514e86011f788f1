package io.tailrace.e2e.compaction;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Judges what a reader got of a compacted topic. Stateless. */
public final class CompactionCheck {

    private CompactionCheck() {}

    /**
     * The values of each key must grow, and end with the latest; a key that was deleted must end deleted or not be there at all.
     *
     * @param latest of every key that is not deleted
     * @param read from the beginning to the end, each partition in its order
     * @return what is wrong, a sentence each; empty if nothing is
     */
    public static List<String> of(Map<String, Long> latest, Collection<KeyedValue> read) {
        List<String> wrong = new ArrayList<>();
        Map<String, Long> reached = new HashMap<>();
        Set<String> deleted = new HashSet<>();
        for (KeyedValue record : read) {
            Long value = record.value();
            if (value == null) {
                deleted.add(record.key());
                continue;
            }
            deleted.remove(record.key());
            Long before = reached.put(record.key(), value);
            if (before != null && before >= value) {
                wrong.add(record.key() + " has " + value + " after " + before);
            }
        }
        reached.keySet().removeAll(deleted);
        latest.forEach((key, value) -> {
            Long last = reached.remove(key);
            if (!value.equals(last)) {
                wrong.add(key + " ends with " + last + ", its latest value is " + value);
            }
        });
        reached.forEach((key, value) -> wrong.add(key + " ends with " + value + ", but it is deleted"));
        return wrong;
    }
}
