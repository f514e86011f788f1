package io.tailrace.forwarder.reverse;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Commits at the broker here what groups had committed at the target. A broker that has not heard of the return yet passes every
 * client on, this one too: so it is asked first which cluster it is, by a new client each time. Confined to one thread.
 */
final class ReturnedGroups {
    private static final long PAUSE_MS = 500;
    private static final int REQUEST_TIMEOUT_MS = 5_000;

    private final ReturnStore store;
    private final String broker;
    private final Consumer<String> journal;

    ReturnedGroups(ReturnStore store, String broker, Consumer<String> journal) {
        this.store = store;
        this.broker = broker;
        this.journal = journal;
    }

    /** Tries until the time is over. @return the groups whose offsets are not committed by then, and why; they can be tried again */
    Map<String, String> commit(Connection connection, Duration limit) throws SQLException, InterruptedException {
        String cluster = store.clusterId(connection);
        long deadlineNs = System.nanoTime() + limit.toNanos();
        Map<String, String> left = new TreeMap<>();
        do {
            store.forgetOvertaken(connection).forEach(journal);
            Map<String, Map<TopicPartition, OffsetAndMetadata>> waiting = store.waiting(connection);
            left.clear();
            if (waiting.isEmpty()) {
                return left;
            }
            try (Admin admin = admin()) {
                String answered =
                        admin.describeCluster().clusterId().get(2L * REQUEST_TIMEOUT_MS, TimeUnit.MILLISECONDS);
                if (answered.equals(cluster)) {
                    commit(connection, admin, waiting, left);
                } else {
                    waiting.keySet().forEach(group -> left.put(group, broker + " answers for cluster " + answered));
                }
            } catch (ExecutionException | TimeoutException | KafkaException failed) {
                waiting.keySet().forEach(group -> left.put(group, broker + " does not answer: " + text(failed)));
            }
            if (!left.isEmpty()) {
                Thread.sleep(PAUSE_MS);
            }
        } while (!left.isEmpty() && System.nanoTime() - deadlineNs < 0);
        return left;
    }

    private Admin admin() {
        return Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                broker,
                AdminClientConfig.CLIENT_ID_CONFIG,
                "tailrace-return",
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                REQUEST_TIMEOUT_MS,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                REQUEST_TIMEOUT_MS));
    }

    private void commit(
            Connection connection,
            Admin admin,
            Map<String, Map<TopicPartition, OffsetAndMetadata>> waiting,
            Map<String, String> left)
            throws SQLException, InterruptedException {
        for (Map.Entry<String, Map<TopicPartition, OffsetAndMetadata>> group : waiting.entrySet()) {
            try {
                admin.alterConsumerGroupOffsets(group.getKey(), group.getValue())
                        .all()
                        .get();
                store.onWritten(connection, group.getKey());
            } catch (ExecutionException failed) {
                left.put(group.getKey(), text(failed));
            }
        }
    }

    private static String text(Exception failed) {
        Throwable cause = Objects.requireNonNullElse(failed.getCause(), failed);
        return Objects.requireNonNullElse(cause.getMessage(), cause.getClass().getSimpleName());
    }
}
