package io.tailrace.forwarder.verify;

import io.tailrace.forwarder.decode.LogRow;
import io.tailrace.forwarder.sink.TargetException;
import io.tailrace.forwarder.sink.TargetSettings;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The target as a consumer without a group sees it: every record, also of open and aborted transactions of others, and on
 * request which of them are committed. Confined to one thread, but for {@link #wakeUp()}. Owns: the clients, which are made when
 * they are first needed.
 */
final class TargetLog implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);
    /**
     * A record that is larger comes all the same. A fetch of a partition that is at its end keeps the next partition's waiting, so
     * it must end soon.
     */
    private static final Map<String, Object> OWN_SETTINGS = Map.of(
            CommonClientConfigs.CLIENT_ID_CONFIG,
            "tailrace-verifier",
            CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG,
            15_000,
            CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG,
            10_000,
            ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
            1 << 20,
            ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
            2 << 20,
            ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
            20);

    private final TargetSettings settings;
    private volatile @Nullable Consumer<byte[], byte[]> consumer;
    /** One that reads only what is committed. */
    private volatile @Nullable Consumer<byte[], byte[]> committed;

    private @Nullable Admin admin;

    TargetLog(TargetSettings settings) {
        this.settings = settings;
    }

    /** Where a partition begins and ends, as far as a consumer can see; both 0 where it does not exist. */
    record Extent(long startInc, long endExc) {
        static final Extent NONE = new Extent(0, 0);
    }

    /** @throws TargetException if the target does not answer */
    Extent extent(TopicPartition partition) {
        return ask(partition, target -> {
            if (target.partitionsFor(partition.topic()).size() <= partition.partition()) {
                return Extent.NONE;
            }
            List<TopicPartition> one = List.of(partition);
            return new Extent(
                    target.beginningOffsets(one).getOrDefault(partition, 0L),
                    target.endOffsets(one).getOrDefault(partition, 0L));
        });
    }

    /**
     * The records in a range, one after the other, with their offsets on the target. Good until the next call of this
     * method.
     */
    Lookahead.Source<LogRow> records(int topicId, TopicPartition partition, long startInc, long endExc) {
        if (startInc >= endExc) {
            return () -> null;
        }
        ask(partition, target -> seek(target, partition, startInc));
        Queue<ConsumerRecord<byte[], byte[]>> fetched = new ArrayDeque<>();
        return () -> {
            if (fetched.isEmpty()) {
                fetched.addAll(ask(partition, target -> poll(target, partition, endExc)));
            }
            ConsumerRecord<byte[], byte[]> record = fetched.poll();
            return record == null || record.offset() >= endExc ? null : row(topicId, record);
        };
    }

    /** Where it goes on from the piece before, what was fetched ahead is kept. @return whether it does not */
    private static boolean seek(Consumer<byte[], byte[]> target, TopicPartition partition, long startInc) {
        boolean sought = !target.assignment().equals(Set.of(partition));
        if (sought) {
            target.assign(List.of(partition));
        }
        if (sought || target.position(partition) != startInc) {
            target.seek(partition, startInc);
        }
        return sought;
    }

    /** The next records; none if the target has no more below {@code endExc}. */
    private static List<ConsumerRecord<byte[], byte[]>> poll(
            Consumer<byte[], byte[]> target, TopicPartition partition, long endExc) {
        long deadlineNs = System.nanoTime() + LIMIT.toNanos();
        while (target.position(partition) < endExc) {
            List<ConsumerRecord<byte[], byte[]>> records = target.poll(POLL).records(partition);
            if (!records.isEmpty()) {
                return records;
            }
            if (System.nanoTime() - deadlineNs >= 0) {
                throw new TimeoutException("no record came from offset " + target.position(partition));
            }
        }
        return List.of();
    }

    private static LogRow row(int topicId, ConsumerRecord<byte[], byte[]> record) {
        return new LogRow(
                topicId,
                record.partition(),
                record.offset(),
                record.timestamp(),
                record.key(),
                record.value(),
                List.of(record.headers().toArray()));
    }

    /** Where the oldest transaction begins that is open there; without one, where the partition ends. */
    long committedEnd(TopicPartition partition) {
        return ask(committed(), partition, target -> target.endOffsets(List.of(partition))
                .getOrDefault(partition, 0L));
    }

    /** The first offset from this one on that is not of an aborted transaction. */
    long committedFrom(TopicPartition partition, long offset) {
        return ask(committed(), partition, target -> {
            long endExc = target.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            if (offset >= endExc) {
                return offset;
            }
            seek(target, partition, offset);
            List<ConsumerRecord<byte[], byte[]>> records = poll(target, partition, endExc);
            return records.isEmpty() ? endExc : records.get(0).offset();
        });
    }

    /** Whether the target compacts the topic. Where the login may not see that, the answer is {@code otherwise}. */
    boolean isCompacted(String topic, boolean otherwise) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try {
            Config config =
                    admin().describeConfigs(List.of(resource)).all().get().get(resource);
            ConfigEntry policy = config == null ? null : config.get(TopicConfig.CLEANUP_POLICY_CONFIG);
            return policy == null ? otherwise : policy.value().contains(TopicConfig.CLEANUP_POLICY_COMPACT);
        } catch (ExecutionException | KafkaException unknown) {
            return otherwise;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new TargetException("interrupted", stopped);
        }
    }

    private <T> T ask(TopicPartition partition, Function<Consumer<byte[], byte[]>, T> question) {
        return ask(consumer(), partition, question);
    }

    private static <T> T ask(
            Consumer<byte[], byte[]> asked, TopicPartition partition, Function<Consumer<byte[], byte[]>, T> question) {
        try {
            return question.apply(asked);
        } catch (KafkaException failed) {
            throw new TargetException(
                    "what the target has of " + partition + " cannot be read: " + failed.getMessage(), failed);
        }
    }

    private Consumer<byte[], byte[]> consumer() {
        Consumer<byte[], byte[]> made = consumer;
        if (made == null) {
            made = new KafkaConsumer<>(with(settings.consumer()));
            consumer = made;
        }
        return made;
    }

    private Consumer<byte[], byte[]> committed() {
        Consumer<byte[], byte[]> made = committed;
        if (made == null) {
            Map<String, Object> reading = with(settings.consumer());
            reading.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
            made = new KafkaConsumer<>(reading);
            committed = made;
        }
        return made;
    }

    private Admin admin() {
        if (admin == null) {
            admin = Admin.create(settings.admin());
        }
        return admin;
    }

    private static Map<String, Object> with(Map<String, Object> connection) {
        Map<String, Object> all = new HashMap<>(connection);
        all.putAll(OWN_SETTINGS);
        return all;
    }

    private List<Consumer<byte[], byte[]>> made() {
        return Stream.of(Optional.ofNullable(consumer), Optional.ofNullable(committed))
                .flatMap(Optional::stream)
                .toList();
    }

    /** Makes a call that waits for the target fail soon. Callable from any thread. */
    void wakeUp() {
        for (Consumer<byte[], byte[]> waiting : made()) {
            waiting.wakeup();
        }
    }

    @Override
    public void close() {
        for (Consumer<byte[], byte[]> made : made()) {
            made.close(CloseOptions.timeout(CLOSE_TIMEOUT));
        }
        if (admin != null) {
            admin.close(CLOSE_TIMEOUT);
        }
    }
}
