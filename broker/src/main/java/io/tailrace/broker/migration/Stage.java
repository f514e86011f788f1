package io.tailrace.broker.migration;

import java.util.Optional;

/** How far a migration has come. */
sealed interface Stage {

    /** Clients are served here. */
    record Serving() implements Stage {}

    /**
     * Nothing is appended for a while.
     *
     * @param untilNs when that ends, by the clock of {@link System#nanoTime}
     * @param frozenUntilNs when offsets can be committed again, by the same clock; it may be past
     */
    record Fenced(long untilNs, long frozenUntilNs) implements Stage {

        /** Whether no offsets are committed now. */
        boolean isFrozen() {
            return System.nanoTime() - frozenUntilNs < 0;
        }
    }

    /**
     * Clients are to go on elsewhere.
     *
     * @param redirect whether they are passed on, or refused
     * @param bootstrapServers where to, for people; empty if that is not known
     * @param target what they are told of it; nothing where that cannot be read
     */
    record Moved(boolean redirect, String bootstrapServers, Optional<TargetCluster> target) implements Stage {}
}
