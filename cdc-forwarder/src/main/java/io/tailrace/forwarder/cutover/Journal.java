package io.tailrace.forwarder.cutover;

import java.sql.SQLException;
import java.time.Duration;

/** What a cutover tells while it goes on. */
public interface Journal {

    /** A step is through. */
    void onStep(String step, Duration took, String outcome);

    /** Something to know in the meantime. */
    void onNote(String text);

    /** A step of a cutover. */
    interface Step {
        /** Does it; returns its outcome, in words. */
        String run() throws SQLException, InterruptedException;
    }

    /** Runs a step and tells of it. */
    default void run(String name, Step step) throws SQLException, InterruptedException {
        long startNs = System.nanoTime();
        String outcome = step.run();
        onStep(name, Duration.ofNanos(System.nanoTime() - startNs), outcome);
    }
}
