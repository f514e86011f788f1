package io.tailrace.forwarder.source;

import io.tailrace.config.ReplicationConfig;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The part of the topics that one engine reads, by a slot and a publication of its own: those whose id leaves {@code index}
 * when divided by {@code count}. The outcomes of transactions are in every share. Immutable.
 */
public record Share(int index, int count, String slot, String publication) {

    /** All of them; a single one has the slot and the publication of the configuration themselves. */
    public static List<Share> of(ReplicationConfig replication) {
        int count = replication.engines();
        return IntStream.range(0, count)
                .mapToObj(index -> count == 1
                        ? new Share(0, 1, replication.slot(), replication.publication())
                        : part(replication, index, count))
                .toList();
    }

    private static Share part(ReplicationConfig replication, int index, int count) {
        String suffix = "_%d_of_%d".formatted(index + 1, count);
        return new Share(index, count, replication.slot() + suffix, replication.publication() + suffix);
    }

    /** Whether there are no others. */
    boolean isWhole() {
        return count == 1;
    }
}
