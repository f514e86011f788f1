package io.tailrace.broker.migration;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The groups that have had members by KIP-848 lately. Their heartbeats say so and their commits do not: a generation of the
 * classic protocol stands at the same place as a member's epoch. Thread-safe.
 */
final class ConsumerProtocolGroups {

    /** Beyond it the group that has been silent for longest is forgotten. */
    private static final int MAX_GROUPS = 10_000;

    private final Map<String, Boolean> groups = new LinkedHashMap<>(16, 0.75f, true);

    synchronized void onHeartbeat(String group) {
        groups.put(group, true);
        if (groups.size() > MAX_GROUPS) {
            groups.remove(groups.keySet().iterator().next());
        }
    }

    synchronized boolean contains(String group) {
        return groups.containsKey(group);
    }
}
