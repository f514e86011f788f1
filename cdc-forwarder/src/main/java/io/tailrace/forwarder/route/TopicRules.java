package io.tailrace.forwarder.route;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides which topics are forwarded, and where to. A topic's row in {@code kafka.topic_shadow_config} goes first, then
 * the patterns count. Two topics never share one of the target's: it stays with the one that it was forwarded from.
 * Immutable.
 */
public final class TopicRules {
    /** Who has been forwarded to a topic of the target comes before who wants to be; then who was there first. */
    private static final Comparator<KnownTopic> BY_CLAIM = Comparator.comparing(
                    (KnownTopic known) -> !known.holdsTarget())
            .thenComparing(known -> known.topic().id());

    private final NamePatterns include;
    private final NamePatterns exclude;

    public TopicRules(List<String> include, List<String> exclude) {
        this.include = new NamePatterns(include);
        this.exclude = new NamePatterns(exclude);
    }

    /** The ways of all topics that are there. */
    List<RoutedTopic> routes(List<KnownTopic> live) {
        Map<String, String> claims = new HashMap<>();
        List<RoutedTopic> routed = new ArrayList<>();
        for (KnownTopic known : live.stream().sorted(BY_CLAIM).toList()) {
            String obstacle = obstacle(known);
            if (obstacle == null) {
                String owner =
                        claims.putIfAbsent(known.wantedTarget(), known.topic().name());
                obstacle = owner == null ? null : taken(known, owner);
            }
            routed.add(routed(known, obstacle));
        }
        return routed;
    }

    /** The way of a topic that is deleted: what the write-ahead log still has of it goes where it went. */
    RoutedTopic route(KnownTopic deleted) {
        TopicState state = deleted.state();
        if (state == null) {
            return routed(deleted, obstacle(deleted));
        }
        ShadowConfig shadow = deleted.shadow();
        String obstacle = state.partitions().isEmpty() ? "not forwarded when it was deleted" : null;
        Route route = new Route(
                deleted.topic().id(),
                deleted.topic().name(),
                state.targetName(),
                shadow.percentage(),
                state.samplePercentage(),
                obstacle);
        return new RoutedTopic(deleted.topic(), route, state.targetName(), state);
    }

    private static RoutedTopic routed(KnownTopic known, @Nullable String obstacle) {
        SourceTopic topic = known.topic();
        ShadowConfig shadow = known.shadow();
        Route route = new Route(
                topic.id(),
                topic.name(),
                known.wantedTarget(),
                shadow.percentage(),
                shadow.samplePercentage(),
                obstacle);
        return new RoutedTopic(topic, route, known.currentTarget(), known.state());
    }

    private @Nullable String obstacle(KnownTopic known) {
        String name = known.topic().name();
        Boolean enabled = known.shadow().enabled();
        if (enabled != null) {
            return enabled ? null : "disabled (tailrace shadow set)";
        }
        if (!include.match(name)) {
            return "not in shadow.include";
        }
        return exclude.match(name) ? "in shadow.exclude" : null;
    }

    private static String taken(KnownTopic known, String owner) {
        return "topic %s of the target belongs to %s; choose another --target".formatted(known.wantedTarget(), owner);
    }
}
