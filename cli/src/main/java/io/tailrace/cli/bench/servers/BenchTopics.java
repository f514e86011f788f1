package io.tailrace.cli.bench.servers;

import io.tailrace.cli.UserError;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;

/** Makes and deletes the topics of a run. */
public final class BenchTopics {

    public static final int PARTITIONS = 4;

    private BenchTopics() {}

    /** A topic of the subject's row shape, with {@link #PARTITIONS} partitions. */
    public static void create(BenchServers servers, Subject subject, String topic) {
        create(servers, subject, topic, PARTITIONS, Map.of());
    }

    /** A topic of the subject's row shape. */
    public static void create(
            BenchServers servers, Subject subject, String topic, int partitions, Map<String, String> config) {
        Map<String, String> all = new HashMap<>(config);
        all.putAll(subject.topicConfig());
        create(servers.bootstrapServers(subject), topic, partitions, all);
    }

    public static void delete(BenchServers servers, Subject subject, String topic) {
        delete(servers.bootstrapServers(subject), topic);
    }

    static void create(String bootstrapServers, String topic, int partitions, Map<String, String> config) {
        try (Admin admin = admin(bootstrapServers)) {
            await(admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(config)))
                    .all());
        }
    }

    static void delete(String bootstrapServers, String topic) {
        try (Admin admin = admin(bootstrapServers)) {
            await(admin.deleteTopics(List.of(topic)).all());
        }
    }

    private static Admin admin(String bootstrapServers) {
        return Admin.create(Map.of("bootstrap.servers", bootstrapServers));
    }

    private static void await(KafkaFuture<Void> future) {
        try {
            future.get(2, TimeUnit.MINUTES);
        } catch (ExecutionException | TimeoutException e) {
            throw new UserError("a topic for the measurement could not be made or deleted: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted");
        }
    }
}
