package io.tailrace.forwarder.route;

import org.jspecify.annotations.Nullable;

/**
 * A topic with what is wanted of it.
 *
 * @param state as the forwarder saved it last, or null if it has not met the topic yet
 */
record KnownTopic(SourceTopic topic, ShadowConfig shadow, boolean deleted, @Nullable TopicState state) {

    /** The topic of the target that is wanted. */
    String wantedTarget() {
        String name = shadow.targetName();
        return name == null ? topic.name() : name;
    }

    /** The topic of the target that the saved positions, if there are any, are about. */
    String currentTarget() {
        return state == null ? topic.name() : state.targetName();
    }

    /** Whether it is what was forwarded to the target's topic of that name until now. */
    boolean holdsTarget() {
        return state != null
                && !state.partitions().isEmpty()
                && state.targetName().equals(wantedTarget());
    }
}
