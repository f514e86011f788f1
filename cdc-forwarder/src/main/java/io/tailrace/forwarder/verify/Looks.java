package io.tailrace.forwarder.verify;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * When each partition was looked at last, and whether that led anywhere: one that is red, or that cannot be read, is
 * looked at again only after a while, as is one of which nothing is new. Confined to one thread.
 */
final class Looks {
    private final long againAfterNs;
    private final Map<Key, Look> looks = new HashMap<>();

    private record Key(int topicId, int partition) {
        static Key of(ForwardedPartition partition) {
            return new Key(partition.topicId(), partition.partition());
        }
    }

    private record Look(long atNs, boolean goesOn) {}

    Looks(Duration againAfter) {
        this.againAfterNs = againAfter.toNanos();
    }

    boolean isDue(ForwardedPartition partition, long nowNs) {
        Look last = looks.get(Key.of(partition));
        Verified verified = partition.verified();
        boolean isNew = verified == null || verified.verifiedTo() < Math.min(partition.next(), partition.stableExc());
        return last == null || nowNs - last.atNs() >= againAfterNs || (last.goesOn() && isNew);
    }

    /** @param goesOn whether to go on as soon as there is something new */
    void note(ForwardedPartition partition, boolean goesOn) {
        looks.put(Key.of(partition), new Look(System.nanoTime(), goesOn));
    }

    /** Forgets the partitions that are not there any more. */
    void retain(List<ForwardedPartition> partitions) {
        Set<Key> keys = partitions.stream().map(Key::of).collect(Collectors.toSet());
        looks.keySet().retainAll(keys);
    }
}
