package io.tailrace.cli.bench.servers;

import java.util.Map;

/**
 * How the servers of Tailrace differ from their defaults while they are measured. Immutable.
 *
 * @param postgres settings of postgresql.conf
 * @param brokerHeapMib the heap of the broker
 * @param engines how many engines the forwarder has
 */
public record ServerSettings(Map<String, String> postgres, int brokerHeapMib, int engines) {

    public ServerSettings {
        postgres = Map.copyOf(postgres);
    }
}
