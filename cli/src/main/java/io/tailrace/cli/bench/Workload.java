package io.tailrace.cli.bench;

import io.tailrace.cli.bench.report.Figure;
import java.util.List;

/**
 * Records of one size. Producing and consuming the same records go together, so that what is read was written in the same
 * round.
 *
 * @param share how many records, as a part of the number that the user gives
 */
record Workload(int recordBytes, double share) {

    /** Three quarters of what the broker keeps unless it is told otherwise: the records have headers, and come in batches. */
    private static final long RECENT_BYTES = 48L << 20;

    /** A kibibyte record is rarer, so that no round takes much longer than another. */
    static final List<Workload> ALL = List.of(new Workload(100, 1), new Workload(1024, 0.25));

    Figure produce() {
        return Figure.rate("produce-" + recordBytes);
    }

    /** From offset 0, after the producer has ended. */
    Figure consumeCold() {
        return Figure.rate("consume-" + recordBytes + " (cold)");
    }

    /** From offset 0, all of it so recent that the broker has it in memory. */
    Figure consumeHot() {
        return Figure.rate("consume-" + recordBytes + " (hot)");
    }

    /** While somebody reads what has just been written. */
    Figure produceWithTail() {
        return Figure.rate("produce-" + recordBytes + " with a tail");
    }

    /** By a consumer that was caught up when the producer began. */
    Figure consumeTail() {
        return Figure.rate("consume-tail-" + recordBytes + " (warm)");
    }

    long records(long records) {
        return Math.max(1, Math.round(records * share));
    }

    /** As many of them as the broker surely has in memory. */
    long recentRecords(long records) {
        return Math.min(records(records), RECENT_BYTES / recordBytes);
    }
}
