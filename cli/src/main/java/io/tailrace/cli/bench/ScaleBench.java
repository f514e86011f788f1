package io.tailrace.cli.bench;

import io.tailrace.cli.bench.report.Figure;
import io.tailrace.cli.bench.servers.BenchServers;
import io.tailrace.cli.bench.servers.BenchTopics;
import io.tailrace.cli.bench.servers.ServerSettings;
import io.tailrace.cli.bench.servers.Subject;
import java.util.List;
import java.util.Map;

/** How the throughput changes with partitions, producers, the size of records, or what a topic holds already. Confined to one thread. */
final class ScaleBench implements Measurement {

    static final Figure PRODUCE = Figure.rate("produce");

    /** From offset 0, after the producer has ended. */
    static final Figure CONSUME = Figure.rate("consume (cold)");

    static final List<Figure> FIGURES = List.of(PRODUCE, CONSUME);

    private static final int RECORD_BYTES = 100;

    private final Rounds rounds;
    private final ServerSettings settings;
    private final long records;
    private final Formats formats;
    private final Dimension dimension;
    private final List<Long> values;
    private final ScaleResult result;

    /** For so many records of 100 bytes at each of the values, which ascend; of larger records there are fewer. */
    ScaleBench(
            Rounds rounds,
            ServerSettings settings,
            long records,
            Formats formats,
            Dimension dimension,
            List<Long> values) {
        this.rounds = rounds;
        this.settings = settings;
        this.records = records;
        this.formats = formats;
        this.dimension = dimension;
        this.values = List.copyOf(values);
        this.result = new ScaleResult(dimension);
    }

    @Override
    public ScaleResult run() {
        try (BenchServers servers = BenchServers.both(settings)) {
            rounds.run(formats.withKafka(), (subject, round) -> measure(servers, subject, round));
        }
        return result;
    }

    /** One value is enough to warm up. */
    private void measure(BenchServers servers, Subject subject, int round) {
        List<Long> measured = round == 0 ? values.subList(0, 1) : values;
        if (dimension == Dimension.ROWS) {
            measureGrowing(servers, subject, round, measured);
        } else {
            measured.forEach(value -> measureFresh(servers, subject, round, value));
        }
    }

    /** Each value with a topic of its own. */
    private void measureFresh(BenchServers servers, Subject subject, int round, long value) {
        String topic = topic(subject, round) + "-" + value;
        int partitions = dimension == Dimension.PARTITIONS ? Math.toIntExact(value) : BenchTopics.PARTITIONS;
        int recordBytes = dimension == Dimension.SIZE ? Math.toIntExact(value) : RECORD_BYTES;
        long count = Math.max(1, Math.min(records, records * RECORD_BYTES / recordBytes));
        BenchTopics.create(servers, subject, topic, partitions, Map.of());
        if (dimension == Dimension.PRODUCERS) {
            BenchServers.flushDisks();
            double rate = servers.load()
                    .produceInParallel(
                            servers.bootstrapServers(subject), topic, count, RECORD_BYTES, Math.toIntExact(value));
            add(subject, round, value, PRODUCE, rate);
        } else {
            produceAndConsume(servers, subject, round, value, topic, count, recordBytes);
        }
        BenchTopics.delete(servers, subject, topic);
    }

    /** One topic, which is filled from value to value. */
    private void measureGrowing(BenchServers servers, Subject subject, int round, List<Long> measured) {
        String topic = topic(subject, round);
        BenchTopics.create(servers, subject, topic);
        long held = 0;
        for (long value : measured) {
            if (value > held) {
                servers.load().produce(servers.bootstrapServers(subject), topic, value - held, RECORD_BYTES);
                held = value;
            }
            produceAndConsume(servers, subject, round, value, topic, records, RECORD_BYTES);
            held += records;
        }
        BenchTopics.delete(servers, subject, topic);
    }

    private void produceAndConsume(
            BenchServers servers, Subject subject, int round, long value, String topic, long count, int recordBytes) {
        String address = servers.bootstrapServers(subject);
        BenchServers.flushDisks();
        add(subject, round, value, PRODUCE, servers.load().produce(address, topic, count, recordBytes));
        ColdReads.prepare(servers, subject, topic + "-" + value);
        add(subject, round, value, CONSUME, servers.load().consume(address, topic, count));
    }

    private String topic(Subject subject, int round) {
        return "scale-" + dimension.label() + "-" + subject.format() + round;
    }

    private void add(Subject subject, int round, long value, Figure figure, double rate) {
        if (round > 0) {
            result.add(value, figure, subject, rate);
        }
        rounds.say(
                "%-17s  %,13d %s: %s %,.0f %s",
                subject.label(), value, dimension.description(), figure.workload(), rate, figure.unit());
    }
}
