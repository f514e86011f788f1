package io.tailrace.cli.bench;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that choose what is measured, of which one may be given. Filled by picocli. */
final class KindOptions {

    @Option(
            names = "--latency",
            description =
                    "Measure how long acknowledgements take at a constant rate, counted from the time at which each"
                            + " record was to be sent, and how long a record takes to a consumer that is caught up.")
    private boolean latency;

    @Option(
            names = "--scale",
            paramLabel = "WHAT",
            converter = Dimension.Converter.class,
            description = "Measure the throughput over partitions, producers, the size of records, or the rows that the"
                    + " topic holds already: partitions, producers, size, rows.")
    private @Nullable Dimension scale;

    @Option(
            names = "--costs",
            description =
                    "Measure what producing and consuming cost the servers: processor time, write-ahead log, disk,"
                            + " heap.")
    private boolean costs;

    @Option(
            names = "--idle",
            paramLabel = "CONSUMERS",
            description =
                    "Measure what so many consumers cost that wait for records: processor time, and transactions of"
                            + " Postgres.")
    private @Nullable Integer idleConsumers;

    @Option(
            names = "--soak",
            paramLabel = "MINUTES",
            description = "Keep a constant rate for so long, without Apache Kafka, while retention and autovacuum clear"
                    + " away, and tell whether throughput, latency, table and heap stay as they are.")
    private @Nullable Integer soakMinutes;

    @Option(
            names = "--cleaning",
            description = "Measure what cleaning costs producers, without Apache Kafka: a topic that keeps everything"
                    + " against topics that retention and compaction clean while they are produced to.")
    private boolean cleaning;

    @Option(
            names = "--shadow",
            description =
                    "Measure the forwarder: how far the target is behind at 5,000 records of 200 bytes a second, what"
                            + " producing costs with it and without it, and how fast it works off a backlog.")
    private boolean shadow;

    Kind kind() {
        if (latency) {
            return Kind.LATENCY;
        }
        if (scale != null) {
            return Kind.SCALE;
        }
        if (costs) {
            return Kind.COSTS;
        }
        if (idleConsumers != null) {
            return Kind.IDLE;
        }
        if (soakMinutes != null) {
            return Kind.SOAK;
        }
        if (cleaning) {
            return Kind.CLEANING;
        }
        return shadow ? Kind.SHADOW : Kind.THROUGHPUT;
    }

    /** Only for {@link Kind#SCALE}. */
    Dimension dimension() {
        if (scale == null) {
            throw new IllegalStateException("--scale was not given");
        }
        return scale;
    }

    /** Only for {@link Kind#IDLE}. */
    int idleConsumers() {
        if (idleConsumers == null) {
            throw new IllegalStateException("--idle was not given");
        }
        return idleConsumers;
    }

    /** Only for {@link Kind#SOAK}. */
    int soakMinutes() {
        if (soakMinutes == null) {
            throw new IllegalStateException("--soak was not given");
        }
        return soakMinutes;
    }
}
