package io.tailrace.e2e.client;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Kafka's own Java clients, ready to use. Stateless. */
public final class Clients {

    private Clients() {}

    public static Map<String, Object> plaintext(String bootstrapServers) {
        return Map.of("bootstrap.servers", bootstrapServers);
    }

    /** A producer of bytes with Kafka's defaults (idempotent, acks=all), but for the given settings. */
    public static KafkaProducer<byte[], byte[]> producer(Map<String, Object> connection, Map<String, Object> settings) {
        Map<String, Object> properties = new HashMap<>(connection);
        properties.putAll(settings);
        return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    public static KafkaProducer<byte[], byte[]> producer(Map<String, Object> connection) {
        return producer(connection, Map.of());
    }

    public static void createTopic(Map<String, Object> connection, NewTopic topic) {
        administer(connection, admin -> admin.createTopics(List.of(topic)).all());
    }

    public static void deleteTopic(Map<String, Object> connection, String name) {
        administer(connection, admin -> admin.deleteTopics(List.of(name)).all());
    }

    private static void administer(Map<String, Object> connection, Function<Admin, KafkaFuture<Void>> action) {
        try (Admin admin = Admin.create(connection)) {
            action.apply(admin).get(30, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Creates a topic and names its partitions. */
    public static List<TopicPartition> createTopic(Map<String, Object> connection, String name, int partitions) {
        createTopic(connection, new NewTopic(name, partitions, (short) 1));
        return partitions(List.of(name), partitions);
    }

    public static List<TopicPartition> partitions(Collection<String> topics, int partitionsEach) {
        return topics.stream()
                .flatMap(topic -> IntStream.range(0, partitionsEach).mapToObj(id -> new TopicPartition(topic, id)))
                .toList();
    }
}
