package io.tailrace.cli.bench.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Clients each of which sends one record, waits for its acknowledgement, and sends the next, as the handler of a web request
 * does: linger.ms 0, one request in flight. A program of its own. Public, since it is started as a program.
 */
public final class SmallSends {

    /** Sent by each client before anything counts. */
    static final int WARM_UP = 50;

    private SmallSends() {}

    /**
     * Arguments: address, topic, records, bytes of a value, clients.
     *
     * @throws ExecutionException if a record was not acknowledged
     */
    public static void main(String[] args) throws InterruptedException, ExecutionException {
        int clients = Integer.parseInt(args[4]);
        long each = (Long.parseLong(args[2]) + clients - 1) / clients;
        byte[] value = new byte[Integer.parseInt(args[3])];
        List<KafkaProducer<byte[], byte[]>> producers = new ArrayList<>();
        for (int client = 0; client < clients; client++) {
            producers.add(
                    Clients.producer(args[0], Map.of("linger.ms", 0, "max.in.flight.requests.per.connection", 1)));
        }
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            sendAll(threads, producers, args[1], value, WARM_UP);
            long beginNs = System.nanoTime();
            sendAll(threads, producers, args[1], value, each);
            System.out.println(PerfOutput.programLine(each * clients, System.nanoTime() - beginNs));
        } finally {
            threads.shutdownNow();
            producers.forEach(KafkaProducer::close);
        }
    }

    private static void sendAll(
            ExecutorService threads,
            List<KafkaProducer<byte[], byte[]>> producers,
            String topic,
            byte[] value,
            long each)
            throws InterruptedException, ExecutionException {
        List<Callable<Void>> clients = new ArrayList<>();
        for (KafkaProducer<byte[], byte[]> producer : producers) {
            clients.add(() -> {
                for (long sent = 0; sent < each; sent++) {
                    producer.send(new ProducerRecord<>(topic, value)).get();
                }
                return null;
            });
        }
        for (Future<Void> client : threads.invokeAll(clients)) {
            client.get();
        }
    }
}
