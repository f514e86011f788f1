package io.tailrace.cli.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Recorder;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Producers that share a constant rate, and how long each record took from the time at which it was to be sent to its
 * acknowledgement. A server that stalls so does not hide the records that would have been sent meanwhile (coordinated
 * omission). linger.ms is 0. A program of its own: writes a file of latencies after each interval. Public, since it is
 * started as a program.
 */
public final class RatedProducers {

    /** Once producers are so late, the rest of the plan says nothing any more. */
    private static final long MAX_LATE_NS = TimeUnit.SECONDS.toNanos(30);

    private final String address;
    private final String topic;
    private final ConstantRate rate;
    private final Path directory;
    private final Recorder latencies = Histograms.recorder();
    private final SendFailure failure = new SendFailure();

    private RatedProducers(String address, String topic, ConstantRate rate, Path directory) {
        this.address = address;
        this.topic = topic;
        this.rate = rate;
        this.directory = directory;
    }

    /**
     * Arguments: address, topic, the directory for the files of {@link #intervalFile}, and those of {@link ConstantRate}.
     *
     * @throws IllegalStateException if a record was not acknowledged or the rate cannot be held
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        List<String> rate = Arrays.asList(args).subList(3, args.length);
        new RatedProducers(args[0], args[1], ConstantRate.of(rate), Path.of(args[2])).run();
    }

    /** Holds the latencies of an interval; the first is 0. */
    static Path intervalFile(Path directory, int interval) {
        return directory.resolve("latencies-" + interval);
    }

    private void run() throws IOException, InterruptedException {
        List<KafkaProducer<byte[], byte[]>> producers = connect();
        Pace pace = Pace.beginningNow(rate.perSecond());
        long countsFromNs = pace.beginNs() + TimeUnit.SECONDS.toNanos(rate.warmUpSeconds());
        Thread reporter = new Thread(() -> report(countsFromNs), "latencies");
        reporter.setDaemon(true);
        reporter.start();
        Random random = new Random(0);
        byte[] value = new byte[rate.recordBytes()];
        for (long index = 0; index < rate.records() && !failure.occurred(); index++) {
            long intendedNs = pace.await(index);
            checkLate(intendedNs);
            random.nextBytes(value);
            send(producers.get((int) (index % producers.size())), value.clone(), intendedNs, countsFromNs);
        }
        producers.forEach(KafkaProducer::close);
        failure.check();
        reporter.join();
        // The last interval ends with the last acknowledgement.
        write(rate.intervals() - 1);
    }

    /** Each knows the topic before the rate begins. */
    private List<KafkaProducer<byte[], byte[]>> connect() {
        List<KafkaProducer<byte[], byte[]>> producers = new ArrayList<>();
        for (int number = 0; number < rate.producers(); number++) {
            KafkaProducer<byte[], byte[]> producer = Clients.producer(address, Map.of("linger.ms", 0));
            producer.partitionsFor(topic);
            producers.add(producer);
        }
        return producers;
    }

    private void send(KafkaProducer<byte[], byte[]> producer, byte[] value, long intendedNs, long countsFromNs) {
        var unused = producer.send(new ProducerRecord<>(topic, value), (metadata, error) -> {
            if (error != null) {
                failure.note(error);
            } else if (intendedNs >= countsFromNs) {
                latencies.recordValue(Histograms.micros(System.nanoTime() - intendedNs));
            }
        });
    }

    private void checkLate(long intendedNs) {
        if (System.nanoTime() - intendedNs > MAX_LATE_NS) {
            throw new IllegalStateException("the producers are 30 s late: " + rate.perSecond()
                    + " records/s cannot be held here; choose a lower --rate");
        }
    }

    /** All intervals but the last. */
    private void report(long beginNs) {
        try {
            for (int interval = 0; interval < rate.intervals() - 1; interval++) {
                long endNs = beginNs + TimeUnit.SECONDS.toNanos((long) rate.intervalSeconds() * (interval + 1));
                while (endNs - System.nanoTime() > 0) {
                    LockSupport.parkNanos(endNs - System.nanoTime());
                }
                write(interval);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(int interval) throws IOException {
        Histograms.write(latencies.getIntervalHistogram(), intervalFile(directory, interval));
    }
}
