package io.tailrace.cli.bench.load;

import io.tailrace.cli.UserError;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the result in what Kafka's perf tools and the programs of this package print. */
final class PerfOutput {

    private static final Pattern PRODUCER =
            Pattern.compile("(\\d+) records sent, ([\\d.]+) records/sec .* 99\\.9th\\.");
    /** start, end, MB, MB/s, records, records/s, rebalance ms, fetch ms, MB/s, records/s while fetching. */
    private static final Pattern CONSUMER =
            Pattern.compile("[^,]+, [^,]+, [\\d.]+, [\\d.]+, (\\d+), [\\d.]+, -?\\d+, \\d+, [\\d.]+, ([\\d.]+)");

    private static final Pattern PROGRAM = Pattern.compile("(\\d+) records, ([\\d.]+) records/s");

    private PerfOutput() {}

    static double producer(List<String> lines, long expectedRecords) {
        return find(lines, PRODUCER, expectedRecords, "produced");
    }

    /** Of a program that ends with {@link #programLine}. */
    static double program(List<String> lines, long expectedRecords) {
        return find(lines, PROGRAM, expectedRecords, "counted");
    }

    /** The last line of a program of this package. */
    static String programLine(long records, long elapsedNs) {
        return String.format(Locale.ROOT, "%d records, %.1f records/s", records, records * 1e9 / elapsedNs);
    }

    static double consumer(List<String> lines, long expectedRecords) {
        return find(lines, CONSUMER, expectedRecords, "consumed");
    }

    private static double find(List<String> lines, Pattern pattern, long expectedRecords, String verb) {
        for (int index = lines.size() - 1; index >= 0; index--) {
            Matcher matcher = pattern.matcher(lines.get(index).strip());
            if (matcher.matches()) {
                // The consumer may get a few more than it asked for, with the last batch.
                if (Long.parseLong(matcher.group(1)) < expectedRecords) {
                    throw new UserError("only " + matcher.group(1) + " of " + expectedRecords + " records were " + verb
                            + ":\n" + tail(lines));
                }
                return Double.parseDouble(matcher.group(2));
            }
        }
        throw new UserError("the program that makes the load printed no result:\n" + tail(lines));
    }

    private static String tail(List<String> lines) {
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    }
}
