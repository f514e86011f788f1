package io.tailrace.e2e.record;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * Records of every awkward kind, the same but for the time for the same seed: null, empty and binary keys, values and header values, repeated
 * and empty header keys, text that JSON has to escape or cannot hold, values up to a given size.
 *
 * <p>No two records of a partition have the same timestamp, so each can be told from every other. Confined to one thread.
 */
public final class RecordGenerator {

    private static final String[] TEXTS = {
        "", "a", "trace-id", "Grüße, 世界 🌊", "quote\" back\\slash\n\t", "nul\u0000inside"
    };

    private final Random random;
    private final int maxValueBytes;

    /** Not now, yet young: a Kafka forgets producers by the timestamps of their last records, after a day. */
    private final long firstTimestamp = System.currentTimeMillis() - 3_600_000;

    private final Map<TopicPartition, Integer> counts = new HashMap<>();

    public RecordGenerator(long seed, int maxValueBytes) {
        this.random = new Random(seed);
        this.maxValueBytes = maxValueBytes;
    }

    public ProducerRecord<byte[], byte[]> next(TopicPartition partition) {
        int index = counts.merge(partition, 1, Integer::sum) - 1;
        return new ProducerRecord<>(
                partition.topic(),
                partition.partition(),
                timestamp(index),
                content(64),
                content(valueSize()),
                headers());
    }

    /** Neighbours are swapped, so that timestamps do not only grow; each occurs once. */
    private long timestamp(int index) {
        return firstTimestamp + (index ^ 1);
    }

    private List<Header> headers() {
        List<Header> headers = new ArrayList<>();
        int count = random.nextInt(3) == 0 ? 0 : random.nextInt(5);
        for (int i = 0; i < count; i++) {
            boolean repeat = !headers.isEmpty() && random.nextInt(3) == 0;
            String key = repeat ? headers.get(0).key() : text();
            headers.add(new RecordHeader(key, content(40)));
        }
        return headers;
    }

    private int valueSize() {
        int dice = random.nextInt(100);
        if (dice < 90) {
            return Math.min(maxValueBytes, 600);
        }
        return dice < 98 ? Math.min(maxValueBytes, 16 * 1024) : maxValueBytes;
    }

    private byte @Nullable [] content(int maxBytes) {
        return switch (random.nextInt(10)) {
            case 0 -> null;
            case 1 -> new byte[0];
            case 2 -> text().getBytes(StandardCharsets.UTF_8);
            case 3, 4, 5 -> repetitive(1 + random.nextInt(maxBytes));
            default -> binary(1 + random.nextInt(maxBytes));
        };
    }

    private String text() {
        return TEXTS[random.nextInt(TEXTS.length)];
    }

    private byte[] repetitive(int size) {
        String line = "{\"order\":" + random.nextInt(100_000) + ",\"state\":\"paid\"} ";
        return line.repeat(size / line.length() + 1).substring(0, size).getBytes(StandardCharsets.US_ASCII);
    }

    private byte[] binary(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }
}
