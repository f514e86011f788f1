package io.tailrace.e2e.client;

import io.tailrace.e2e.record.LogRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** Kafka's own consumer, polled by a thread that also runs the calls of other threads. Owns: the consumer, the thread. */
final class JavaScenarioConsumer implements ScenarioConsumer {

    private static final Duration POLL = Duration.ofMillis(50);
    private static final long CALL_LIMIT_SECONDS = 60;

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final LinkedBlockingQueue<Runnable> calls = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<ReceivedRecord> received = new LinkedBlockingQueue<>();
    private final Thread thread;
    private final Duration closeLimit;
    private volatile @Nullable KafkaException failure;
    private volatile boolean closed;
    private boolean polling; // the consumer's thread

    JavaScenarioConsumer(String bootstrapServers, ClientKind kind, ConsumerSettings settings) {
        Map<String, Object> properties = new HashMap<>(Clients.plaintext(bootstrapServers));
        properties.put("enable.auto.commit", settings.autoCommit());
        properties.put("auto.commit.interval.ms", settings.autoCommitIntervalMs());
        properties.put("auto.offset.reset", settings.reset());
        properties.put("isolation.level", settings.isolation());
        properties.put("fetch.max.wait.ms", settings.fetchMaxWaitMs());
        properties.put("fetch.min.bytes", settings.fetchMinBytes());
        properties.put("max.poll.interval.ms", 20_000);
        properties.put("metadata.max.age.ms", 1_000);
        properties.put("allow.auto.create.topics", false);
        properties.put("max.partition.fetch.bytes", 20_000_000);
        if (settings.group() != null) {
            properties.put("group.id", settings.group());
            properties.put("group.protocol", kind.groupProtocol());
        }
        if (settings.instance() != null) {
            properties.put("group.instance.id", settings.instance());
        }
        if (!kind.isKip848()) {
            properties.put("session.timeout.ms", settings.sessionTimeoutMs());
            properties.put("heartbeat.interval.ms", settings.heartbeatIntervalMs());
            properties.put("partition.assignment.strategy", assignor(settings.assignor()));
        }
        consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        // Without a group it waits for nothing but the fetch that is under way.
        closeLimit = settings.group() == null ? Duration.ofMillis(200) : Duration.ofSeconds(10);
        thread = new Thread(this::run, "consumer-" + settings.group());
        thread.setDaemon(true);
        thread.start();
    }

    private static String assignor(String name) {
        String simple =
                switch (name) {
                    case "range" -> "Range";
                    case "roundrobin" -> "RoundRobin";
                    case "sticky" -> "Sticky";
                    case "cooperative-sticky" -> "CooperativeSticky";
                    default -> throw new IllegalArgumentException("no assignor " + name);
                };
        return "org.apache.kafka.clients.consumer." + simple + "Assignor";
    }

    private void run() {
        while (!closed) {
            try {
                Runnable call = polling ? calls.poll() : calls.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
                if (call != null) {
                    call.run();
                } else if (polling) {
                    poll();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void poll() throws InterruptedException {
        try {
            for (var record : consumer.poll(POLL)) {
                TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                received.add(new ReceivedRecord(partition, record.offset(), LogRecord.of(record)));
            }
        } catch (KafkaException e) {
            failure = e;
            Thread.sleep(POLL.toMillis());
        }
    }

    @Override
    public void assign(Map<TopicPartition, Long> offsets) {
        call(own -> {
            own.assign(offsets.keySet());
            offsets.forEach(own::seek);
            polling = true;
            return true;
        });
    }

    @Override
    public void subscribe(Collection<String> topics) {
        call(own -> {
            own.subscribe(topics);
            polling = true;
            return true;
        });
    }

    @Override
    public List<ReceivedRecord> take(int count, Duration limit) {
        List<ReceivedRecord> taken = new ArrayList<>();
        long deadlineNs = System.nanoTime() + limit.toNanos();
        try {
            while (taken.size() < count && System.nanoTime() < deadlineNs) {
                ReceivedRecord next = received.poll(20, TimeUnit.MILLISECONDS);
                if (next != null) {
                    taken.add(next);
                } else if (failure != null && taken.isEmpty()) {
                    throw takeFailure();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return taken;
    }

    private ClientException takeFailure() {
        KafkaException cause = failure;
        failure = null;
        return new ClientException(cause == null ? new KafkaException("unknown") : cause);
    }

    @Override
    public Set<TopicPartition> assignment() {
        return call(own -> new HashSet<>(own.assignment()));
    }

    @Override
    public void seek(TopicPartition partition, long offset) {
        call(own -> {
            own.seek(partition, offset);
            received.clear();
            return true;
        });
    }

    @Override
    public long position(TopicPartition partition) {
        return call(own -> own.position(partition));
    }

    @Override
    public void commit(Map<TopicPartition, CommittedOffset> offsets) {
        call(own -> {
            own.commitSync(JavaScenarioClient.kafkaOffsets(offsets));
            return true;
        });
    }

    @Override
    public Map<TopicPartition, CommittedOffset> committed(Collection<TopicPartition> partitions) {
        return call(own -> JavaScenarioClient.view(own.committed(new HashSet<>(partitions))));
    }

    @Override
    public void close() {
        close(CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.DEFAULT));
    }

    /** Heartbeats no more, and tells nobody. */
    void abandon() {
        close(CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP));
    }

    private void close(CloseOptions options) {
        if (!closed) {
            call(own -> {
                own.close(options.withTimeout(closeLimit));
                closed = true;
                return true;
            });
        }
    }

    private <T> T call(Function<KafkaConsumer<byte[], byte[]>, T> action) {
        CompletableFuture<T> result = new CompletableFuture<>();
        calls.add(() -> complete(result, action));
        try {
            return result.get(CALL_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new ClientException(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private <T> void complete(CompletableFuture<T> result, Function<KafkaConsumer<byte[], byte[]>, T> action) {
        try {
            result.complete(action.apply(consumer));
        } catch (KafkaException | IllegalStateException e) {
            result.completeExceptionally(e);
        }
    }
}
