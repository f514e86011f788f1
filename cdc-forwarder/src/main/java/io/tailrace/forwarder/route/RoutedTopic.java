package io.tailrace.forwarder.route;

import org.jspecify.annotations.Nullable;

/**
 * A topic and its way to the target.
 *
 * @param currentTarget the topic of the target that the saved positions, if there are any, are about
 * @param saved what was saved of it last, or null
 */
public record RoutedTopic(SourceTopic topic, Route route, String currentTarget, @Nullable TopicState saved) {

    /** Whether what was forwarded went to another topic of the target: it starts anew. */
    public boolean startsAnew() {
        return route.isForwarded() && !route.target().equals(currentTarget);
    }

    /** The same without what went to the other one. */
    public RoutedTopic anew() {
        return new RoutedTopic(topic, route, route.target(), null);
    }
}
