package io.tailrace.forwarder.groups;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What comes of a round, as it goes on. Confined to one thread. */
final class GroupOutcome {
    private final List<TranslatedOffset> written = new ArrayList<>();
    private final Map<Skipped, Integer> counts = new EnumMap<>(Skipped.class);
    private final Map<String, Skipped> groups = new HashMap<>();

    void write(List<TranslatedOffset> offsets) {
        written.addAll(offsets);
    }

    void skip(CommittedOffset offset, Skipped reason) {
        counts.merge(reason, 1, Integer::sum);
        // An offset that only waits does not hide what is wrong with another one of the group.
        groups.merge(offset.group(), reason, (one, other) -> one.compareTo(other) > 0 ? one : other);
    }

    void skip(List<TranslatedOffset> offsets, Skipped reason) {
        offsets.forEach(offset -> skip(offset.committed(), reason));
    }

    List<TranslatedOffset> written() {
        return written;
    }

    /** Of each group of which something was skipped the reason that matters most. */
    Map<String, Skipped> skippedGroups() {
        return groups;
    }

    GroupReport report() {
        return new GroupReport(written.size(), counts);
    }
}
