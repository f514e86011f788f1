package io.tailrace.e2e.transaction;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * One life of a transactional producer: transactions at random over several topics, some of them of what it consumed. It ends
 * when it is told to, or, once it has a successor, when it is fenced off. Whatever else fails, it does what an
 * application does: aborts, or opens its producer anew.
 *
 * <p>Runs on one thread; the flags are set by another. Owns: its producer, consumer and journal. A producer that was
 * abandoned stays open, as its transaction does.
 */
public final class Worker implements Runnable {

    /** How its life goes on. */
    private enum Order {
        GO_ON,
        /** End after this transaction, in order. */
        STOP,
        /** Stop in the middle of a transaction, without a word. */
        ABANDON
    }

    private final WorkerSettings settings;
    private final Random random;
    private final Journal journal;
    private volatile Order order = Order.GO_ON;
    private volatile boolean replaced;
    private int number;

    public Worker(WorkerSettings settings) {
        this.settings = settings;
        this.random = new Random(settings.seed());
        this.journal = new Journal(settings.journalFile());
    }

    void stop() {
        order = Order.STOP;
    }

    void abandon() {
        order = Order.ABANDON;
    }

    /** There is another worker of this transactional id now: does not begin again when it is fenced. */
    void replaced() {
        replaced = true;
    }

    @Override
    public void run() {
        while (order == Order.GO_ON && !replaced) {
            live();
        }
        journal.close();
    }

    /** Until something fails that only a new producer helps against. */
    private void live() {
        KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                settings.producerProperties(), new ByteArraySerializer(), new ByteArraySerializer());
        Input input = null;
        try {
            producer.initTransactions();
            input = settings.consumes() ? new Input(settings.consumerProperties()) : null;
            while (order == Order.GO_ON) {
                transaction(producer, input);
            }
        } catch (KafkaException e) {
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        } finally {
            close(producer, input);
        }
    }

    private void close(KafkaProducer<byte[], byte[]> producer, @Nullable Input input) {
        if (order == Order.ABANDON) {
            if (input != null) {
                input.abandon();
            }
            return;
        }
        producer.close(Duration.ofSeconds(5));
        if (input != null) {
            input.close();
        }
    }

    private void transaction(KafkaProducer<byte[], byte[]> producer, @Nullable Input input) {
        String transaction = settings.transactionalId() + "." + settings.life() + "." + number++;
        producer.beginTransaction();
        journal.begin(transaction);
        boolean abort = random.nextInt(10) < 3;
        try {
            fill(transaction, producer, input);
            if (order == Order.ABANDON) {
                return;
            }
        } catch (KafkaException e) {
            abort = true;
        }
        if (abort) {
            abort(transaction, producer, input);
        } else {
            journal.commit(transaction);
            producer.commitTransaction();
            journal.committed(transaction);
        }
    }

    private void abort(String transaction, KafkaProducer<byte[], byte[]> producer, @Nullable Input input) {
        producer.abortTransaction();
        journal.aborted(transaction);
        if (input != null) {
            input.rewind();
        }
    }

    private void fill(String transaction, KafkaProducer<byte[], byte[]> producer, @Nullable Input input) {
        int index = 0;
        if (input != null) {
            for (ConsumerRecord<byte[], byte[]> consumed : input.next()) {
                TopicPartition from = new TopicPartition(consumed.topic(), consumed.partition());
                send(producer, new SentRecord(transaction, index++, SentRecord.source(from, consumed.offset())));
            }
            producer.sendOffsetsToTransaction(input.positions(), input.membership());
        }
        int further = input != null ? random.nextInt(3) : 1 + random.nextInt(random.nextInt(20) == 0 ? 1_000 : 30);
        for (int i = 0; i < further && order != Order.ABANDON; i++) {
            send(producer, new SentRecord(transaction, index++, ""));
            if (random.nextInt(10) == 0) {
                // So that transactions overlap, and a kill finds some of them half sent.
                LockSupport.parkNanos(
                        Duration.ofMillis(ThreadLocalRandom.current().nextInt(30))
                                .toNanos());
            }
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The commit fails if a record did.
    private void send(KafkaProducer<byte[], byte[]> producer, SentRecord record) {
        List<TopicPartition> outputs = WorkerSettings.outputs();
        TopicPartition to = outputs.get(random.nextInt(outputs.size()));
        journal.send(to, record);
        byte[] value = record.text().getBytes(StandardCharsets.UTF_8);
        producer.send(new ProducerRecord<>(to.topic(), to.partition(), null, value));
    }
}
