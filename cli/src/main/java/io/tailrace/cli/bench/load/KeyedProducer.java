package io.tailrace.cli.bench.load;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Produces records over a fixed number of keys as fast as they are acknowledged, which Kafka's ProducerPerformance cannot
 * (its records have no keys, so compaction refuses them). A program of its own. Public, since it is started as a program.
 */
public final class KeyedProducer {

    private KeyedProducer() {}

    /**
     * Arguments: address, topic, records, bytes of a value, keys.
     *
     * @throws IllegalStateException if a record was not acknowledged
     */
    public static void main(String[] args) {
        long records = Long.parseLong(args[2]);
        byte[] value = new byte[Integer.parseInt(args[3])];
        int keys = Integer.parseInt(args[4]);
        Random random = new Random(0);
        SendFailure failure = new SendFailure();
        long beginNs = System.nanoTime();
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(args[0])) {
            for (long sent = 0; sent < records && !failure.occurred(); sent++) {
                random.nextBytes(value);
                byte[] key = ("key-" + random.nextInt(keys)).getBytes(StandardCharsets.UTF_8);
                var unused = producer.send(new ProducerRecord<>(args[1], key, value.clone()), failure.callback());
            }
            producer.flush();
        }
        failure.check();
        System.out.println(PerfOutput.programLine(records, System.nanoTime() - beginNs));
    }
}
