package io.tailrace.broker.log;

import io.tailrace.broker.log.recent.RecentMemory;
import io.tailrace.broker.topic.Topic;
import io.tailrace.broker.topic.TopicSettings;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Batches and partitions for tests. */
final class Batches {

    static final short PRODUCE_VERSION = 12;

    private Batches() {}

    static Partition partition(Map<String, String> config) {
        Topic topic = new Topic(5, Uuid.randomUuid(), "orders", 1, TopicSettings.of(Map.of(), config));
        Partition partition = new Partition(topic, 0, 100, 0, new RecentMemory(1 << 20));
        partition.onLoaded(100, 0, Map.of());
        return partition;
    }

    static SimpleRecord[] simpleRecords(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new SimpleRecord(1000L + i, utf8("k" + i), utf8("v" + i)))
                .toArray(SimpleRecord[]::new);
    }

    static MemoryRecords plain(int count) {
        return compressed(CompressionType.NONE, simpleRecords(count));
    }

    static MemoryRecords compressed(CompressionType type, SimpleRecord... records) {
        return MemoryRecords.withRecords(Compression.of(type).build(), records);
    }

    static MemoryRecords idempotent(long producerId, int epoch, int sequence, int count) {
        return MemoryRecords.withIdempotentRecords(
                Compression.NONE, producerId, (short) epoch, sequence, simpleRecords(count));
    }

    static PendingAppend pending(Partition partition, MemoryRecords records) {
        IncomingBatch batch =
                IncomingBatch.of(records, PRODUCE_VERSION, partition.topic().settings());
        return new PendingAppend(partition, batch, Long.MAX_VALUE, new CompletableFuture<>());
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
