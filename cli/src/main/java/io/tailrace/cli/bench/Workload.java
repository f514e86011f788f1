package io.tailrace.cli.bench;

import java.util.List;

/**
 * One kind of load. Producing and consuming the same records go together, so that what is read was written in the same
 * round.
 *
 * @param share how many records, as a part of the number that the user gives
 */
record Workload(int recordBytes, double share) {

    /** A kibibyte record is rarer, so that no round takes much longer than another. */
    static final List<Workload> ALL = List.of(new Workload(100, 1), new Workload(1024, 0.25));

    String produceName() {
        return "produce-" + recordBytes;
    }

    String consumeName() {
        return "consume-" + recordBytes;
    }

    long records(long records) {
        return Math.max(1, Math.round(records * share));
    }
}
