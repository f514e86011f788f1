package io.tailrace.forwarder.sink;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far a topic's settings have followed to the target.
 *
 * @param passedOn what the target's topic has of them
 * @param problem why not all that should, or null
 */
public record Followed(Map<String, String> passedOn, @Nullable String problem) {
    public Followed {
        passedOn = Map.copyOf(passedOn);
    }
}
