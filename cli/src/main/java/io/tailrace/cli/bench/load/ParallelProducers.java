package io.tailrace.cli.bench.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Producers, each with connections and a thread of its own, that together send records as fast as they are acknowledged. A
 * program of its own. Public, since it is started as a program.
 */
public final class ParallelProducers {

    private ParallelProducers() {}

    /**
     * Arguments: address, topic, records, bytes of a value, producers.
     *
     * @throws IllegalStateException if a record was not acknowledged
     */
    public static void main(String[] args) throws InterruptedException, ExecutionException {
        int count = Integer.parseInt(args[4]);
        long each = (Long.parseLong(args[2]) + count - 1) / count;
        byte[] value = new byte[Integer.parseInt(args[3])];
        SendFailure failure = new SendFailure();
        ExecutorService threads = Executors.newFixedThreadPool(count);
        List<KafkaProducer<byte[], byte[]>> producers = new ArrayList<>();
        List<Callable<Void>> sends = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            KafkaProducer<byte[], byte[]> producer = Clients.producer(args[0]);
            // Connecting a hundred of them is not what is measured.
            producer.partitionsFor(args[1]);
            producers.add(producer);
            sends.add(() -> {
                produce(producer, args[1], value, each, failure);
                return null;
            });
        }
        try {
            long beginNs = System.nanoTime();
            for (Future<Void> sent : threads.invokeAll(sends)) {
                sent.get();
            }
            failure.check();
            System.out.println(PerfOutput.programLine(each * count, System.nanoTime() - beginNs));
        } finally {
            threads.shutdownNow();
            producers.forEach(KafkaProducer::close);
        }
    }

    private static void produce(
            KafkaProducer<byte[], byte[]> producer, String topic, byte[] value, long records, SendFailure failure) {
        for (long sent = 0; sent < records && !failure.occurred(); sent++) {
            var unused = producer.send(new ProducerRecord<>(topic, value), failure.callback());
        }
        producer.flush();
    }
}
