package io.tailrace.cli.bench.load;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * How long a record takes from a producer to a consumer that is caught up: one at a time, the next when the last has arrived,
 * as Kafka's EndToEndLatency does, whose figures are whole milliseconds. A program of its own. Public, since it is started
 * as a program.
 */
public final class EndToEnd {

    private static final Duration ARRIVAL_LIMIT = Duration.ofSeconds(30);

    private EndToEnd() {}

    /**
     * Arguments: address, topic, bytes of a value, seconds to warm up, seconds that count, the file for the latencies.
     *
     * @throws IllegalStateException if a record did not arrive, or another did
     */
    public static void main(String[] args) throws IOException, InterruptedException, ExecutionException {
        byte[] value = new byte[Integer.parseInt(args[2])];
        Random random = new Random(0);
        Histogram latencies = Histograms.histogram();
        try (KafkaConsumer<byte[], byte[]> consumer = Clients.consumerAtTheEnd(args[0], args[1]);
                KafkaProducer<byte[], byte[]> producer = Clients.producer(args[0], Map.of("linger.ms", 0))) {
            long countsFromNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.parseLong(args[3]));
            long endNs = countsFromNs + TimeUnit.SECONDS.toNanos(Long.parseLong(args[4]));
            while (System.nanoTime() - endNs < 0) {
                random.nextBytes(value);
                long beginNs = System.nanoTime();
                producer.send(new ProducerRecord<>(args[1], value)).get();
                receive(consumer, value);
                if (beginNs - countsFromNs >= 0) {
                    latencies.recordValue(Histograms.micros(System.nanoTime() - beginNs));
                }
            }
        }
        Histograms.write(latencies, Path.of(args[5]));
    }

    private static void receive(KafkaConsumer<byte[], byte[]> consumer, byte[] value) {
        long deadlineNs = System.nanoTime() + ARRIVAL_LIMIT.toNanos();
        ConsumerRecords<byte[], byte[]> arrived = consumer.poll(ARRIVAL_LIMIT);
        while (arrived.isEmpty() && System.nanoTime() - deadlineNs < 0) {
            arrived = consumer.poll(ARRIVAL_LIMIT);
        }
        if (arrived.count() != 1) {
            throw new IllegalStateException(arrived.count() + " records arrived instead of the one that was sent");
        }
        for (ConsumerRecord<byte[], byte[]> record : arrived) {
            if (!Arrays.equals(record.value(), value)) {
                throw new IllegalStateException("another record arrived than the one that was sent");
            }
        }
    }
}
