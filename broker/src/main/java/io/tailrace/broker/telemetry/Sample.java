package io.tailrace.broker.telemetry;

import io.prometheus.metrics.model.snapshots.Labels;

/**
 * One number that a client pushed. Immutable.
 *
 * @param isDelta true for what came on top of the numbers pushed before
 */
record Sample(Key key, double value, boolean isDelta) {

    /** What Prometheus knows the number by. */
    record Key(String name, Kind kind, Labels labels) {}

    enum Kind {
        COUNTER,
        GAUGE
    }
}
