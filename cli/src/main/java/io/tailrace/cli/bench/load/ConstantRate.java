package io.tailrace.cli.bench.load;

import java.util.List;

/**
 * Records at a constant rate.
 *
 * @param perSecond of all producers together
 * @param producers that send them, one after the other
 * @param warmUpSeconds at the same rate, before anything counts
 * @param intervalSeconds how long each interval is whose latencies are told
 * @param intervals how many of them
 */
public record ConstantRate(
        int perSecond, int producers, int recordBytes, int warmUpSeconds, int intervalSeconds, int intervals) {

    static final int ARGUMENTS = 6;

    /** For a client's {@code main}, which reads them with {@link #of}. */
    List<Integer> arguments() {
        return List.of(perSecond, producers, recordBytes, warmUpSeconds, intervalSeconds, intervals);
    }

    static ConstantRate of(List<String> arguments) {
        List<Integer> values = arguments.stream().map(Integer::valueOf).toList();
        return new ConstantRate(
                values.get(0), values.get(1), values.get(2), values.get(3), values.get(4), values.get(5));
    }

    long records() {
        return (long) perSecond * seconds();
    }

    int seconds() {
        return warmUpSeconds + intervalSeconds * intervals;
    }
}
