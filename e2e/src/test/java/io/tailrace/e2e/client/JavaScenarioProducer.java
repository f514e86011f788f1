package io.tailrace.e2e.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** Kafka's own producer. */
final class JavaScenarioProducer implements ScenarioProducer {

    private final KafkaProducer<byte[], byte[]> producer;

    JavaScenarioProducer(String bootstrapServers, ProducerSettings settings) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("acks", settings.acks());
        properties.put("compression.type", settings.codec());
        properties.put("enable.idempotence", settings.idempotent());
        properties.put("linger.ms", settings.lingerMs());
        properties.put("max.request.size", 20_000_000);
        properties.put("request.timeout.ms", Math.min(30_000, settings.deliveryTimeoutMs() - settings.lingerMs()));
        properties.put("delivery.timeout.ms", settings.deliveryTimeoutMs());
        properties.put("max.block.ms", settings.deliveryTimeoutMs());
        if (settings.transactionalId() != null) {
            properties.put("transactional.id", settings.transactionalId());
            properties.put("transaction.timeout.ms", settings.transactionTimeoutMs());
        }
        producer = Clients.producer(Clients.plaintext(bootstrapServers), properties);
    }

    @Override
    public List<Place> send(List<Message> messages) {
        List<Future<RecordMetadata>> futures = run(() ->
                messages.stream().map(message -> producer.send(record(message))).toList());
        run(() -> {
            producer.flush();
            return true;
        });
        List<Place> places = new ArrayList<>();
        for (Future<RecordMetadata> future : futures) {
            places.add(place(future));
        }
        return places;
    }

    private static ProducerRecord<byte[], byte[]> record(Message message) {
        var record = new ProducerRecord<>(
                message.topic(),
                message.partition(),
                message.timestamp(),
                array(message.key()),
                array(message.value()));
        message.headers().forEach(header -> record.headers().add(header.key(), array(header.value())));
        return record;
    }

    private static Place place(Future<RecordMetadata> future) {
        try {
            RecordMetadata metadata = future.get(60, TimeUnit.SECONDS);
            return new Place(metadata.partition(), metadata.offset());
        } catch (ExecutionException e) {
            throw new ClientException(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void initTransactions() {
        run(producer::initTransactions);
    }

    @Override
    public void begin() {
        run(producer::beginTransaction);
    }

    @Override
    @SuppressWarnings("removal") // There is no other way without a consumer.
    public void sendOffsets(String group, Map<TopicPartition, CommittedOffset> offsets) {
        run(() -> producer.sendOffsetsToTransaction(
                JavaScenarioClient.kafkaOffsets(offsets), new ConsumerGroupMetadata(group)));
    }

    @Override
    public void commit() {
        run(producer::commitTransaction);
    }

    @Override
    public void abort() {
        run(producer::abortTransaction);
    }

    @Override
    public void close() {
        producer.close(Duration.ofMillis(500));
    }

    private static void run(Runnable action) {
        run(() -> {
            action.run();
            return true;
        });
    }

    private static <T> T run(Supplier<T> action) {
        try {
            return action.get();
        } catch (KafkaException e) {
            throw new ClientException(e);
        }
    }

    private static byte @Nullable [] array(@Nullable Bytes bytes) {
        return bytes == null ? null : bytes.get();
    }
}
