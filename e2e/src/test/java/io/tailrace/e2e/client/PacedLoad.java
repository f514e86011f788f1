package io.tailrace.e2e.client;

import io.tailrace.e2e.record.LogRecord;
import io.tailrace.e2e.record.PartitionLogs;
import io.tailrace.e2e.record.RecordGenerator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Produces at a steady pace in the background with one Java producer, over given partitions in turn, until it is stopped.
 * Counts acknowledgements by second. Thread-safe. Owns: the producer and its thread.
 */
public final class PacedLoad implements AutoCloseable {

    private static final Duration STOP_LIMIT = Duration.ofSeconds(130);

    private final KafkaProducer<byte[], byte[]> producer;
    private final RecordGenerator generator;
    private final List<TopicPartition> partitions;
    private final long intervalNs;
    private final long startNs = System.nanoTime();
    private final PartitionLogs sent = new PartitionLogs();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final ConcurrentHashMap<Long, Long> acknowledgedBySecond = new ConcurrentHashMap<>();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong worstLatencyNs = new AtomicLong();
    private final Thread thread;
    private volatile boolean stopped;

    private PacedLoad(
            Map<String, Object> connection,
            Map<String, Object> settings,
            RecordGenerator generator,
            List<TopicPartition> partitions,
            int recordsPerSecond) {
        this.producer = Clients.producer(connection, settings);
        this.generator = generator;
        this.partitions = List.copyOf(partitions);
        this.intervalNs = Duration.ofSeconds(1).toNanos() / recordsPerSecond;
        this.thread = new Thread(this::run, "load");
    }

    /** With Kafka's defaults: an idempotent producer that waits for all acknowledgements. */
    public static PacedLoad start(
            Map<String, Object> connection,
            RecordGenerator generator,
            List<TopicPartition> partitions,
            int recordsPerSecond) {
        PacedLoad load = new PacedLoad(
                connection, Map.of("linger.ms", 5, "compression.type", "lz4"), generator, partitions, recordsPerSecond);
        load.thread.start();
        return load;
    }

    /** Everything that was handed to the producer, in order. */
    public PartitionLogs sent() {
        return sent;
    }

    /** Records that the producer gave up. */
    public List<String> failures() {
        return List.copyOf(failures);
    }

    public long acknowledged() {
        return acknowledged.get();
    }

    /** Acknowledgements in a second since the start, 0 being the first. */
    public long acknowledgedInSecond(long second) {
        return acknowledgedBySecond.getOrDefault(second, 0L);
    }

    /** The second that runs now. */
    public long currentSecond() {
        return Duration.ofNanos(System.nanoTime() - startNs).toSeconds();
    }

    /** The longest wait for an acknowledgement since this was asked last. */
    public Duration takeWorstLatency() {
        return Duration.ofNanos(worstLatencyNs.getAndSet(0));
    }

    /** Sends no more and waits for every acknowledgement. */
    public void stop() {
        stopped = true;
        try {
            thread.join(STOP_LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            throw new AssertionError("the producer still waits " + STOP_LIMIT + " after the last record");
        }
    }

    @Override
    public void close() {
        stopped = true;
        producer.close(Duration.ofSeconds(1));
        thread.interrupt();
    }

    private void run() {
        long count = 0;
        try {
            while (!stopped) {
                LockSupport.parkNanos(startNs + count * intervalNs - System.nanoTime());
                send(generator.next(partitions.get((int) (count % partitions.size()))));
                count++;
            }
            producer.flush();
        } catch (RuntimeException e) {
            failures.add("the load ended: " + e);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The callback hears of it.
    private void send(ProducerRecord<byte[], byte[]> record) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        sent.add(partition, LogRecord.of(record));
        long sentNs = System.nanoTime();
        producer.send(record, (metadata, failure) -> {
            if (failure == null) {
                onAcknowledged(sentNs);
            } else {
                failures.add(partition + ": " + failure);
            }
        });
    }

    private void onAcknowledged(long sentNs) {
        acknowledged.incrementAndGet();
        acknowledgedBySecond.merge(currentSecond(), 1L, Long::sum);
        worstLatencyNs.accumulateAndGet(System.nanoTime() - sentNs, Math::max);
    }
}
