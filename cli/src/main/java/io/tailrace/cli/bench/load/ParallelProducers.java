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
        List<Callable<Void>> producers = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            producers.add(() -> {
                produce(args[0], args[1], value, each, failure);
                return null;
            });
        }
        try {
            long beginNs = System.nanoTime();
            for (Future<Void> producer : threads.invokeAll(producers)) {
                producer.get();
            }
            failure.check();
            System.out.println(PerfOutput.programLine(each * count, System.nanoTime() - beginNs));
        } finally {
            threads.shutdownNow();
        }
    }

    private static void produce(String address, String topic, byte[] value, long records, SendFailure failure) {
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(address)) {
            for (long sent = 0; sent < records && !failure.occurred(); sent++) {
                var unused = producer.send(new ProducerRecord<>(topic, value), failure.callback());
            }
        }
    }
}
