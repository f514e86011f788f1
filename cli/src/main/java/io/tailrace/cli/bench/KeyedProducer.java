package io.tailrace.cli.bench;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Produces records over a fixed number of keys as fast as they are acknowledged, which Kafka's ProducerPerformance cannot
 * (its records have no keys, so compaction refuses them). A program of its own; its last line is what {@link
 * PerfOutput#keyedProducer} reads. Public, since it is started as a program.
 */
public final class KeyedProducer {

    private KeyedProducer() {}

    /**
     * Arguments: address, topic, records, bytes of a value, keys.
     *
     * @throws IllegalStateException if a record was not acknowledged
     */
    public static void main(String[] args) {
        Map<String, Object> config = Map.of("bootstrap.servers", args[0], "acks", "all");
        long records = Long.parseLong(args[2]);
        byte[] value = new byte[Integer.parseInt(args[3])];
        int keys = Integer.parseInt(args[4]);
        Random random = new Random(0);
        AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        long begin = System.nanoTime();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (long sent = 0; sent < records && failure.get() == null; sent++) {
                random.nextBytes(value);
                byte[] key = ("key-" + random.nextInt(keys)).getBytes(StandardCharsets.UTF_8);
                var unused = producer.send(new ProducerRecord<>(args[1], key, value.clone()), (metadata, error) -> {
                    if (error != null) {
                        failure.compareAndSet(null, error);
                    }
                });
            }
            producer.flush();
        }
        Exception first = failure.get();
        if (first != null) {
            throw new IllegalStateException("a record was not acknowledged", first);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.println(String.format(Locale.ROOT, "%d keyed records, %.1f records/s", records, records / seconds));
    }
}
