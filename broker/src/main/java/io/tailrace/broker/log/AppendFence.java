package io.tailrace.broker.log;

import org.apache.kafka.common.errors.NotEnoughReplicasException;

/**
 * What memory knows of the fence that a migration sets up before the log. Postgres has the last word ({@link
 * AppendTransaction}); this one keeps what would be refused there from being written first. Thread-safe.
 */
@FunctionalInterface
public interface AppendFence {

    /** Where there is no migration. */
    AppendFence NONE = () -> false;

    /** Whether nothing may be appended now. */
    boolean isUp();

    /** The error that has clients try again until the fence is lifted, or their way leads elsewhere. */
    static NotEnoughReplicasException refusal() {
        return new NotEnoughReplicasException("The log is fenced for a migration; nothing is appended for a moment");
    }

    /**
     * Lets an append pass, or not.
     *
     * @throws NotEnoughReplicasException while the fence is up
     */
    default void check() {
        if (isUp()) {
            throw refusal();
        }
    }
}
