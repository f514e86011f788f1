package io.tailrace.forwarder.reverse;

import io.tailrace.forwarder.sink.TargetException;
import io.tailrace.forwarder.sink.TargetSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the target has behind the last record that came from here, as a consumer without a group sees it: of transactions only
 * what is committed. Confined to one thread. Owns: the consumer.
 */
final class TargetTail implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(TargetTail.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);
    private static final Map<String, Object> OWN_SETTINGS = Map.of(
            CommonClientConfigs.CLIENT_ID_CONFIG,
            "tailrace-reverse-shadow",
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            "read_committed",
            // Where records are gone it must be noticed, and not passed over.
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            "none",
            CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG,
            15_000,
            CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG,
            10_000,
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            5_000,
            ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
            2 << 20,
            ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
            8 << 20);

    private final Consumer<byte[], byte[]> consumer;
    private final Map<TopicPartition, ReturningPartition> followed = new HashMap<>();
    /** What is not followed any more, for the target has lost what was brought back. */
    private final Set<TopicPartition> stopped = new HashSet<>();

    private List<LeftAtTarget> lost = new ArrayList<>();

    TargetTail(TargetSettings settings) {
        Map<String, Object> all = new HashMap<>(settings.consumer());
        all.putAll(OWN_SETTINGS);
        this.consumer = new KafkaConsumer<>(all);
    }

    /** How many partitions each topic of the target has. */
    Map<String, Integer> topics() {
        try {
            Map<String, Integer> topics = new HashMap<>();
            consumer.listTopics().forEach((topic, partitions) -> topics.put(topic, partitions.size()));
            return topics;
        } catch (KafkaException failed) {
            throw failure(failed);
        }
    }

    /** Reads these from now on, each from where it is; what is followed already goes on. */
    void follow(Collection<ReturningPartition> partitions) {
        Map<TopicPartition, ReturningPartition> wanted = new HashMap<>();
        partitions.stream()
                .filter(partition -> !stopped.contains(partition.target()))
                .forEach(partition -> wanted.put(partition.target(), partition));
        Set<TopicPartition> fresh = new HashSet<>(wanted.keySet());
        fresh.removeAll(followed.keySet());
        followed.clear();
        followed.putAll(wanted);
        consumer.assign(followed.keySet());
        try {
            begin(fresh);
        } catch (KafkaException failed) {
            throw failure(failed);
        }
    }

    /** A partition to which nothing of ours ever went is read from its start. */
    private void begin(Set<TopicPartition> fresh) {
        List<TopicPartition> unknown = new ArrayList<>();
        for (TopicPartition partition : fresh) {
            Long next = of(partition).targetNext();
            if (next == null) {
                unknown.add(partition);
            } else {
                consumer.seek(partition, next);
            }
        }
        if (!unknown.isEmpty()) {
            consumer.beginningOffsets(unknown).forEach(consumer::seek);
        }
    }

    private ReturningPartition of(TopicPartition partition) {
        ReturningPartition known = followed.get(partition);
        if (known == null) {
            throw new IllegalStateException(partition + " is not followed");
        }
        return known;
    }

    /** What has come since the last time; waits a moment for it. */
    List<Piece> poll() throws InterruptedException {
        if (followed.isEmpty()) {
            // There is no topic on both sides, and a consumer without partitions may not be asked.
            Thread.sleep(POLL.toMillis());
            return List.of();
        }
        ConsumerRecords<byte[], byte[]> records;
        try {
            records = consumer.poll(POLL);
        } catch (OffsetOutOfRangeException gone) {
            gone.offsetOutOfRangePartitions().forEach(this::onOutOfRange);
            return List.of();
        } catch (KafkaException failed) {
            throw failure(failed);
        }
        List<Piece> pieces = new ArrayList<>();
        followed.forEach((target, partition) -> {
            List<ConsumerRecord<byte[], byte[]>> some = records.records(target);
            long next = consumer.position(target);
            Long before = partition.targetNext();
            if (!some.isEmpty() || before == null || next > before) {
                pieces.add(Piece.of(partition, some, next));
            }
        });
        return pieces;
    }

    /** The target's own retention was faster; or it has lost records, among them perhaps some that are here. */
    private void onOutOfRange(TopicPartition partition, long offset) {
        long start = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, offset);
        String reason;
        if (offset < start) {
            reason = "the target had removed these records before they were read";
            consumer.seek(partition, start);
        } else {
            reason =
                    "the target has lost records, and nothing more of the partition comes back: what is here is not there";
            stopped.add(partition);
            followed.remove(partition);
            consumer.assign(followed.keySet());
        }
        LOGGER.atError()
                .addKeyValue("topic", partition.topic())
                .addKeyValue("partition", partition.partition())
                .addKeyValue("offset", offset)
                .addKeyValue("startOffset", start)
                .addKeyValue("reason", reason)
                .log("records of the target cannot be brought back");
        lost.add(LeftAtTarget.range(partition.topic(), partition.partition(), reason, offset, Math.max(offset, start)));
    }

    /** What was found to be lost since this was asked last. */
    List<LeftAtTarget> takeLost() {
        List<LeftAtTarget> taken = lost;
        lost = new ArrayList<>();
        return taken;
    }

    private static TargetException failure(KafkaException failed) {
        return new TargetException("what the target has cannot be read: " + failed.getMessage(), failed);
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
    }
}
