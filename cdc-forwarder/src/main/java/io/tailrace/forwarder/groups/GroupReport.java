package io.tailrace.forwarder.groups;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What came of a round.
 *
 * @param written offsets
 * @param skipped offsets, by why
 */
public record GroupReport(int written, Map<Skipped, Integer> skipped) {
    public GroupReport {
        Map<Skipped, Integer> copy = new EnumMap<>(Skipped.class);
        copy.putAll(skipped);
        skipped = Collections.unmodifiableMap(copy);
    }

    /** How many offsets were not written for this reason. */
    public int skipped(Skipped reason) {
        return skipped.getOrDefault(reason, 0);
    }
}
