package io.tailrace.forwarder.groups;

import io.tailrace.forwarder.offsets.OffsetMaps;
import io.tailrace.forwarder.offsets.Place;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pass over what groups have committed here: what is new is translated and committed at the target. Between two
 * passes it remembers what the target has, so that a quiet group costs no question. Confined to one thread.
 */
final class GroupRound {
    private static final Logger LOGGER = LoggerFactory.getLogger(GroupRound.class);
    private static final int GROUPS_AT_A_TIME = 100;

    private final GroupStore store;
    private final OffsetMaps maps;
    private final GroupTarget target;
    /** The source offsets that the target is known to have. */
    private final Map<GroupPartition, Long> settled = new HashMap<>();
    /** Of each group what was last noted of it; empty where all was well. */
    private final Map<String, String> noted = new HashMap<>();

    private Map<String, Skipped> skipped = Map.of();

    GroupRound(String forwarder, GroupTarget target) {
        this.store = new GroupStore(forwarder);
        this.maps = new OffsetMaps(forwarder);
        this.target = target;
    }

    /** The next round asks the target about every group, and forgets those that are gone here. */
    void beginAnew(Connection connection) throws SQLException {
        settled.clear();
        noted.clear();
        store.forgetGone(connection);
    }

    GroupReport run(Connection connection) throws SQLException {
        GroupOutcome outcome = new GroupOutcome();
        Map<String, List<TranslatedOffset>> due = due(connection, outcome);
        List<String> groups = List.copyOf(due.keySet());
        for (int from = 0; from < groups.size(); from += GROUPS_AT_A_TIME) {
            List<String> some = groups.subList(from, Math.min(groups.size(), from + GROUPS_AT_A_TIME));
            carry(
                    some.stream()
                            .collect(Collectors.toMap(
                                    group -> group, group -> List.copyOf(due.getOrDefault(group, List.of())))),
                    outcome);
        }
        if (!outcome.written().isEmpty()) {
            store.saveOffsets(connection, outcome.written());
        }
        note(connection, due.keySet(), outcome);
        skipped = Map.copyOf(outcome.skippedGroups());
        return outcome.report();
    }

    /** Of each group of which the last round has skipped something the reason that matters most. */
    Map<String, Skipped> skipped() {
        return skipped;
    }

    /** What is to be written, by group, as far as the target has acknowledged what lies below. */
    private Map<String, List<TranslatedOffset>> due(Connection connection, GroupOutcome outcome) throws SQLException {
        List<CommittedOffset> changed = new ArrayList<>();
        for (CommittedOffset committed : store.committed(connection)) {
            if (committed.moved()) {
                outcome.skip(committed, Skipped.MOVED);
            } else if (!Long.valueOf(committed.offset()).equals(settled.get(committed.of()))) {
                changed.add(committed);
            }
        }
        List<Place> places = changed.isEmpty()
                ? List.of()
                : maps.places(
                        connection,
                        changed.stream().map(CommittedOffset::source).toList());
        Map<String, List<TranslatedOffset>> due = new LinkedHashMap<>();
        for (int i = 0; i < changed.size(); i++) {
            CommittedOffset committed = changed.get(i);
            if (places.get(i) instanceof Place.At at) {
                due.computeIfAbsent(committed.group(), group -> new ArrayList<>())
                        .add(new TranslatedOffset(committed, at.targetOffset()));
            } else {
                outcome.skip(
                        committed, places.get(i) instanceof Place.Ahead ? Skipped.NOT_FORWARDED : Skipped.BELOW_MAP);
            }
        }
        return due;
    }

    private void carry(Map<String, List<TranslatedOffset>> due, GroupOutcome outcome) {
        Set<String> inactive = target.inactive(due.keySet());
        Map<String, Map<TopicPartition, Long>> there = inactive.isEmpty() ? Map.of() : target.offsets(inactive);
        due.forEach((group, offsets) -> {
            if (inactive.contains(group)) {
                commit(group, behind(offsets, there.getOrDefault(group, Map.of()), outcome), outcome);
            } else {
                outcome.skip(offsets, Skipped.ACTIVE);
            }
        });
    }

    /** Those that would move the group forward at the target. */
    private List<TranslatedOffset> behind(
            Collection<TranslatedOffset> offsets, Map<TopicPartition, Long> there, GroupOutcome outcome) {
        List<TranslatedOffset> behind = new ArrayList<>();
        for (TranslatedOffset offset : offsets) {
            Long current = there.get(offset.committed().target());
            if (current == null || current < offset.targetOffset()) {
                behind.add(offset);
            } else if (current == offset.targetOffset()) {
                settle(offset);
            } else {
                outcome.skip(offset.committed(), Skipped.BACKWARDS);
            }
        }
        return behind;
    }

    private void commit(String group, List<TranslatedOffset> offsets, GroupOutcome outcome) {
        if (offsets.isEmpty()) {
            return;
        }
        Map<TopicPartition, ApiException> refused = target.commit(group, offsets);
        List<TranslatedOffset> written = new ArrayList<>();
        for (TranslatedOffset offset : offsets) {
            ApiException refusal = refused.get(offset.committed().target());
            if (refusal == null) {
                settle(offset);
                written.add(offset);
            } else {
                // A member has joined since it was asked.
                outcome.skip(
                        offset.committed(),
                        refusal instanceof UnknownMemberIdException ? Skipped.ACTIVE : Skipped.REFUSED);
                LOGGER.atDebug()
                        .addKeyValue("group", group)
                        .addKeyValue("topic", offset.committed().targetTopic())
                        .addKeyValue("reason", refusal.getMessage())
                        .log("offset refused by the target");
            }
        }
        outcome.write(written);
    }

    private void settle(TranslatedOffset offset) {
        settled.put(offset.committed().of(), offset.committed().offset());
    }

    /** What has changed about groups goes to the log and to Postgres. That something is not forwarded yet is usual. */
    private void note(Connection connection, Set<String> tried, GroupOutcome outcome) throws SQLException {
        Map<String, String> changed = new LinkedHashMap<>();
        for (String group : tried) {
            changed.put(group, "");
        }
        outcome.skippedGroups().forEach((group, skipped) -> {
            if (skipped != Skipped.NOT_FORWARDED) {
                changed.put(group, skipped.reason());
            }
        });
        changed.entrySet().removeIf(entry -> entry.getValue().equals(noted.get(entry.getKey())));
        if (changed.isEmpty()) {
            return;
        }
        store.saveGroups(connection, changed);
        changed.forEach((group, reason) -> {
            String before = noted.put(group, reason);
            if (!reason.isEmpty() || (before != null && !before.isEmpty())) {
                LOGGER.atInfo()
                        .addKeyValue("group", group)
                        .addKeyValue("reason", reason)
                        .log(
                                reason.isEmpty()
                                        ? "offsets of the consumer group are carried to the target again"
                                        : "offsets of the consumer group are not carried to the target");
            }
        });
    }
}
