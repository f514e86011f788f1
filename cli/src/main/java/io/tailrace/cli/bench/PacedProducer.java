package io.tailrace.cli.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Produces so many records a second and writes down when each was sent and acknowledged ({@link Acknowledgements}). A
 * program of its own. Public, since it is started as a program.
 */
public final class PacedProducer {

    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private PacedProducer() {}

    /**
     * Arguments: address, topic, records, records a second, bytes of a value, the file for the acknowledgements.
     *
     * @throws IllegalStateException if a record was not acknowledged
     */
    public static void main(String[] args) throws IOException {
        int records = Integer.parseInt(args[2]);
        int perSecond = Integer.parseInt(args[3]);
        byte[] value = new byte[Integer.parseInt(args[4])];
        Map<String, Object> config = Map.of("bootstrap.servers", args[0], "acks", "all");
        Acknowledgements acknowledged = new Acknowledgements(records);
        AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.partitionsFor(args[1]);
            Random random = new Random(0);
            long beginNs = System.nanoTime();
            for (int sent = 0; sent < records && failure.get() == null; sent++) {
                await(beginNs + sent * Duration.ofSeconds(1).toNanos() / perSecond);
                random.nextBytes(value);
                long sentUs = Clock.micros();
                var unused = producer.send(new ProducerRecord<>(args[1], value.clone()), (metadata, error) -> {
                    if (error == null) {
                        acknowledged.add(metadata.partition(), metadata.offset(), sentUs, Clock.micros());
                    } else {
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
        acknowledged.write(Path.of(args[5]));
    }

    private static void await(long timeNs) {
        long leftNs = timeNs - System.nanoTime();
        while (leftNs > TICK_NS) {
            LockSupport.parkNanos(leftNs);
            leftNs = timeNs - System.nanoTime();
        }
    }
}
