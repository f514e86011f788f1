package io.tailrace.cli.bench.load;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Produces so many records a second and writes down when each was sent and acknowledged ({@link Acknowledgements}). A
 * program of its own. Public, since it is started as a program.
 */
public final class PacedProducer {

    private PacedProducer() {}

    /**
     * Arguments: address, topic, records, records a second, bytes of a value, the file for the acknowledgements.
     *
     * @throws IllegalStateException if a record was not acknowledged
     */
    public static void main(String[] args) throws IOException {
        int records = Integer.parseInt(args[2]);
        byte[] value = new byte[Integer.parseInt(args[4])];
        Acknowledgements acknowledged = new Acknowledgements(records);
        SendFailure failure = new SendFailure();
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(args[0])) {
            producer.partitionsFor(args[1]);
            Random random = new Random(0);
            Pace pace = Pace.beginningNow(Integer.parseInt(args[3]));
            for (int sent = 0; sent < records && !failure.occurred(); sent++) {
                pace.await(sent);
                random.nextBytes(value);
                long sentUs = Clock.micros();
                var unused = producer.send(new ProducerRecord<>(args[1], value.clone()), (metadata, error) -> {
                    if (error == null) {
                        acknowledged.add(metadata.partition(), metadata.offset(), sentUs, Clock.micros());
                    } else {
                        failure.note(error);
                    }
                });
            }
            producer.flush();
        }
        failure.check();
        acknowledged.write(Path.of(args[5]));
    }
}
