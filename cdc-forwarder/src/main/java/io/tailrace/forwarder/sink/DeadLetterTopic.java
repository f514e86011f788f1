package io.tailrace.forwarder.sink;

import io.tailrace.forwarder.decode.LogRow;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * The topic of the target that takes what others refuse: one partition, with the records as they were, and in further
 * headers where they come from and why they are here. Kafka's own producer will do, since nobody counts its offsets.
 * Confined to one thread. Owns: the producer, which is made for the first record.
 */
public final class DeadLetterTopic implements AutoCloseable {
    /** The headers that are added. */
    public static final String SOURCE_TOPIC = "tailrace.source.topic";

    public static final String SOURCE_PARTITION = "tailrace.source.partition";
    public static final String SOURCE_OFFSET = "tailrace.source.offset";
    public static final String SOURCE_TIMESTAMP = "tailrace.source.timestamp";
    public static final String REASON = "tailrace.reason";

    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private final TargetSettings settings;
    private final String name;
    private final int replicationFactor;
    private @Nullable KafkaProducer<byte[], byte[]> producer;

    /** @param replicationFactor of the topic if it has to be made; -1 leaves it to the target */
    public DeadLetterTopic(TargetSettings settings, String name, int replicationFactor) {
        this.settings = settings;
        this.name = name;
        this.replicationFactor = replicationFactor;
    }

    public String name() {
        return name;
    }

    /**
     * Sends a record, and waits until the target has it.
     *
     * @return its offset
     * @throws TargetException if the target does not take it, or does not say so in time
     */
    public long send(String sourceTopic, LogRow row, String reason) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                name,
                0,
                row.timestampMs() < 0 ? null : row.timestampMs(),
                row.key(),
                row.value(),
                headers(sourceTopic, row, reason));
        try {
            return producer()
                    .send(record)
                    .get(SEND_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                    .offset();
        } catch (ExecutionException failed) {
            Throwable cause = Objects.requireNonNullElse(failed.getCause(), failed);
            throw new TargetException(String.valueOf(cause.getMessage()), cause);
        } catch (TimeoutException late) {
            close();
            throw new TargetException("no answer within " + SEND_TIMEOUT.toSeconds() + " s", late);
        } catch (KafkaException failed) {
            close();
            throw new TargetException(String.valueOf(failed.getMessage()), failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new TargetException("interrupted", interrupted);
        }
    }

    private static List<Header> headers(String sourceTopic, LogRow row, String reason) {
        List<Header> headers = new ArrayList<>(row.headers());
        headers.add(header(SOURCE_TOPIC, sourceTopic));
        headers.add(header(SOURCE_PARTITION, Integer.toString(row.partition())));
        headers.add(header(SOURCE_OFFSET, Long.toString(row.offset())));
        headers.add(header(SOURCE_TIMESTAMP, Long.toString(row.timestampMs())));
        headers.add(header(REASON, reason));
        return headers;
    }

    private static Header header(String key, String value) {
        return new RecordHeader(key, value.getBytes(StandardCharsets.UTF_8));
    }

    private KafkaProducer<byte[], byte[]> producer() throws InterruptedException, ExecutionException {
        if (producer == null) {
            create();
            producer = new KafkaProducer<>(settings.producer());
        }
        return producer;
    }

    private void create() throws InterruptedException, ExecutionException {
        Optional<Short> replicas = replicationFactor < 0 ? Optional.empty() : Optional.of((short) replicationFactor);
        NewTopic topic =
                new NewTopic(name, Optional.of(1), replicas).configs(Map.of(TopicConfig.RETENTION_MS_CONFIG, "-1"));
        try (Admin admin = Admin.create(settings.admin())) {
            admin.createTopics(List.of(topic)).all().get();
        } catch (ExecutionException failed) {
            if (!(failed.getCause() instanceof TopicExistsException)) {
                throw failed;
            }
        }
    }

    @Override
    public void close() {
        KafkaProducer<byte[], byte[]> open = producer;
        producer = null;
        if (open != null) {
            open.close(CLOSE_TIMEOUT);
        }
    }
}
