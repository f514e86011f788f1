package io.tailrace.broker.topic;

import io.tailrace.broker.sql.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives topics more partitions and other settings. A change starts from what the database holds, whose row it locks, so a
 * change whose outcome was not known is not undone by the next; memory follows the commit, and running appends and
 * fetches follow memory.
 *
 * <p>Thread-safe: the work runs one piece at a time on the executor given, which must be a single thread.
 */
public final class TopicChanges {

    private static final Logger LOGGER = LoggerFactory.getLogger(TopicChanges.class);

    private final Database database;
    private final TopicStore store;
    private final TopicDirectory directory;
    private final Executor executor;
    private final int maxPartitions;
    private final int leaseEpoch;

    TopicChanges(
            Database database,
            TopicStore store,
            TopicDirectory directory,
            Executor executor,
            int maxPartitions,
            int leaseEpoch) {
        this.database = database;
        this.store = store;
        this.directory = directory;
        this.executor = executor;
        this.maxPartitions = maxPartitions;
        this.leaseEpoch = leaseEpoch;
    }

    /**
     * Gives a topic more partitions, or only checks that it could have them.
     *
     * @param count how many it is to have in all
     * @param check is told how many would be added, and throws Kafka's exception if they may not be
     * @return completes exceptionally with Kafka's exception where there is no such topic, or it has as many already
     */
    public CompletableFuture<Void> addPartitions(String name, int count, IntConsumer check, boolean validateOnly) {
        return change(name, validateOnly, topic -> {
            checkIncrease(topic, count);
            check.accept(count - topic.partitions());
            checkLimit(count);
            return topic.with(count);
        });
    }

    private static void checkIncrease(Topic topic, int count) {
        if (count == topic.partitions()) {
            throw new InvalidPartitionsException("Topic already has " + count + " partition(s).");
        }
        if (count < topic.partitions()) {
            throw new InvalidPartitionsException("The topic " + topic.name() + " currently has " + topic.partitions()
                    + " partition(s); " + count + " would not be an increase.");
        }
    }

    private void checkLimit(int count) {
        if (count > maxPartitions) {
            throw new InvalidPartitionsException(
                    "Number of partitions " + count + " is above topics.max_partitions (" + maxPartitions + ").");
        }
    }

    /**
     * Changes what is set on a topic, or only checks that it could be changed so.
     *
     * @param edit from what is set now to what shall be set; may throw Kafka's exceptions
     * @return completes exceptionally with Kafka's exception for an unknown name or a value that is not allowed, or where
     *     there is no such topic
     */
    public CompletableFuture<Void> alterSettings(
            String name, UnaryOperator<Map<String, String>> edit, boolean validateOnly) {
        return CompletableFuture.runAsync(
                () -> {
                    if (directory.registry().byName(name).isEmpty()) {
                        // Kafka checks what is asked for first, then whether there is such a topic.
                        TopicSettings.checked(directory.defaults(), Map.of(), edit.apply(Map.of()));
                    }
                    changeNow(name, validateOnly, topic -> altered(topic, edit));
                },
                executor);
    }

    private Topic altered(Topic topic, UnaryOperator<Map<String, String>> edit) {
        Map<String, String> existing = topic.settings().overrides();
        return topic.with(TopicSettings.checked(directory.defaults(), existing, edit.apply(existing)));
    }

    /**
     * Topics that do not say otherwise have these settings from now on. On the executor's thread, or before there are
     * requests.
     */
    public void changeDefaults(Map<String, String> defaults) {
        directory.defaultsChanged(defaults);
    }

    private CompletableFuture<Void> change(String name, boolean validateOnly, UnaryOperator<Topic> change) {
        return CompletableFuture.runAsync(() -> changeNow(name, validateOnly, change), executor);
    }

    private void changeNow(String name, boolean validateOnly, UnaryOperator<Topic> change) {
        Topic topic = directory.registry().byName(name).orElseThrow(() -> unknown(name));
        if (validateOnly) {
            Topic possible = change.apply(topic);
            LOGGER.atDebug().addKeyValue("topic", possible.name()).log("change of a topic checked");
            return;
        }
        try {
            Topic changed = database.inTransaction(connection -> changeStored(connection, topic, change));
            directory.changed(changed);
            LOGGER.atInfo()
                    .addKeyValue("topic", name)
                    .addKeyValue("partitions", changed.partitions())
                    .log("topic changed");
        } catch (SQLException e) {
            throw new CompletionException(e);
        }
    }

    private Topic changeStored(Connection connection, Topic known, UnaryOperator<Topic> change) throws SQLException {
        Topic stored =
                store.locked(connection, known.id(), directory.defaults()).orElseThrow(() -> unknown(known.name()));
        if (!stored.equals(known)) {
            directory.changed(stored);
        }
        Topic changed = change.apply(stored);
        if (!changed.equals(stored)) {
            TopicStore.insertPartitions(
                    connection, changed.id(), stored.partitions(), changed.partitions(), leaseEpoch);
            store.update(connection, changed);
        }
        return changed;
    }

    private static UnknownTopicOrPartitionException unknown(String name) {
        return new UnknownTopicOrPartitionException("The topic '" + name + "' does not exist.");
    }
}
