package io.tailrace.forwarder.metrics;

import io.tailrace.config.monitoring.Page;
import io.tailrace.forwarder.ForwarderStats;
import io.tailrace.forwarder.ForwarderStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Answers the probes of whoever runs the forwarder. Thread-safe: looks at others' state only. */
public final class Health {
    /** A target may be slow for a moment. */
    private static final Duration SILENCE = Duration.ofSeconds(10);

    private final ForwarderStats stats;
    private final ForwarderStatus status;
    private final BooleanSupplier alive;

    /** @param alive whether the forwarder's own thread runs */
    public Health(ForwarderStats stats, ForwarderStatus status, BooleanSupplier alive) {
        this.stats = stats;
        this.status = status;
        this.alive = alive;
    }

    /** Whether the process is of use. A target or a Postgres that is away is no reason to replace it. */
    public Page live() {
        return alive.getAsBoolean() ? Page.probe(true, "running") : Page.probe(false, "ended");
    }

    /** Whether records go to the target, or come back from there where it has moved: nothing holds up any partition. */
    public Page ready() {
        List<String> reasons = new ArrayList<>();
        if (!alive.getAsBoolean()) {
            reasons.add("ended");
        }
        switch (status.phase()) {
            case STARTING -> reasons.add("starting");
            case CATCHING_UP -> reasons.add("catching up from the table");
            case INTERRUPTED -> reasons.add("interrupted, starts again soon");
            case STREAMING, BRINGING_BACK -> {}
        }
        if (stats.held() > 0) {
            reasons.add("partitions held: " + stats.held());
        }
        Duration silence = stats.targetSilence();
        if (silence.compareTo(SILENCE) > 0) {
            reasons.add("the target has acknowledged nothing for " + silence.toSeconds() + " s");
        }
        return reasons.isEmpty() ? Page.probe(true, "ready") : Page.probe(false, String.join("\n", reasons));
    }
}
