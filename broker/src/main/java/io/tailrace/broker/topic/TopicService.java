package io.tailrace.broker.topic;

import io.tailrace.broker.sql.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.postgresql.util.PSQLState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes and deletes topics. A topic exists when its transaction is committed; then memory follows, then the answer.
 *
 * <p>Thread-safe: the public methods return at once, the work runs one piece at a time on the executor given, which must
 * be a single thread, so that two requests for one name cannot cross.
 */
public final class TopicService {

    private static final Logger LOGGER = LoggerFactory.getLogger(TopicService.class);

    private final Database database;
    private final TopicStore store;
    private final TopicRegistry registry;
    private final TopicDirectory directory;
    private final TopicChanges changes;
    private final Executor executor;
    private final Executor maintenance;
    private final NewTopicDefaults defaults;
    private final int leaseEpoch;

    /**
     * @param executor a single thread
     * @param maintenance another one: dropping a leaf may have to wait for readers
     * @param leaseEpoch the epoch under which this broker appends
     */
    public TopicService(
            Database database,
            TopicRegistry registry,
            Executor executor,
            Executor maintenance,
            NewTopicDefaults defaults,
            int leaseEpoch) {
        this.database = database;
        this.store = new TopicStore();
        this.registry = registry;
        this.directory = new TopicDirectory(registry, defaults.config());
        this.changes = new TopicChanges(database, store, directory, executor, defaults.maxPartitions(), leaseEpoch);
        this.executor = executor;
        this.maintenance = maintenance;
        this.defaults = defaults;
        this.leaseEpoch = leaseEpoch;
    }

    /** Has the listener told of every topic that comes, changes or goes from now on, before requests can name it. */
    public void addListener(TopicListener listener) {
        directory.addListener(listener);
    }

    /** The way to change topics that exist. */
    public TopicChanges changes() {
        return changes;
    }

    /** Reads all topics into the registry; on the caller's thread, once, before the first request. */
    public void load() throws SQLException {
        stored().forEach(registry::put);
    }

    private List<Topic> stored() throws SQLException {
        return database.inTransaction(connection -> store.all(connection, directory.defaults()));
    }

    /**
     * Makes a topic, or only checks that it could be made.
     *
     * @param partitions −1 for the broker's default
     * @param validateOnly true: the topic returned was not made, and has no ids
     * @return completes exceptionally with Kafka's exception for a bad name, partition count or configuration, or where
     *     the topic exists
     */
    public CompletableFuture<Topic> create(
            String name, int partitions, Map<String, String> config, boolean validateOnly) {
        return CompletableFuture.supplyAsync(
                () -> {
                    NewTopicSpec spec = checked(name, partitions, config);
                    if (validateOnly) {
                        return new Topic(-1, Uuid.ZERO_UUID, name, spec.partitions(), spec.settings());
                    }
                    return createNow(spec);
                },
                executor);
    }

    /** The topic of that name, made with the defaults if there is none. */
    public CompletableFuture<Topic> getOrCreate(String name) {
        return CompletableFuture.supplyAsync(
                () -> registry.byName(name).orElseGet(() -> createDefault(name)), executor);
    }

    private Topic createDefault(String name) {
        try {
            return createNow(checked(name, defaults.partitions(), Map.of()));
        } catch (TopicExistsException e) {
            return registry.byName(name).orElseThrow(() -> e);
        }
    }

    private NewTopicSpec checked(String name, int partitions, Map<String, String> config) {
        org.apache.kafka.common.internals.Topic.validate(name);
        if (registry.byName(name).isPresent()) {
            throw new TopicExistsException("Topic '" + name + "' already exists.");
        }
        registry.names().stream()
                .filter(other -> org.apache.kafka.common.internals.Topic.hasCollision(name, other))
                .findFirst()
                .ifPresent(other -> {
                    throw new InvalidTopicException("Topic '" + name + "' collides with existing topic: " + other);
                });
        return new NewTopicSpec(
                name, checkedPartitions(partitions), TopicSettings.checked(directory.defaults(), Map.of(), config));
    }

    private int checkedPartitions(int partitions) {
        int count = partitions == -1 ? defaults.partitions() : partitions;
        if (count < 1) {
            throw new InvalidPartitionsException("Number of partitions must be larger than 0.");
        }
        if (count > defaults.maxPartitions()) {
            throw new InvalidPartitionsException("Number of partitions " + count + " is above topics.max_partitions ("
                    + defaults.maxPartitions() + ").");
        }
        return count;
    }

    private Topic createNow(NewTopicSpec spec) {
        try {
            Topic topic = database.inTransaction(connection -> store.create(connection, spec, leaseEpoch));
            directory.created(topic);
            LOGGER.atInfo()
                    .addKeyValue("topic", topic.name())
                    .addKeyValue("partitions", topic.partitions())
                    .log("topic created");
            return topic;
        } catch (SQLException e) {
            if (PSQLState.UNIQUE_VIOLATION.getState().equals(e.getSQLState())) {
                adopt(spec.name());
                throw new TopicExistsException("Topic '" + spec.name() + "' already exists.");
            }
            throw new CompletionException(e);
        }
    }

    /** A topic that is in the database and not in memory: its commit went through, but the connection broke before we knew. */
    private void adopt(String name) {
        try {
            stored().stream().filter(topic -> topic.name().equals(name)).forEach(directory::created);
        } catch (SQLException e) {
            throw new CompletionException(e);
        }
    }

    /** Deletes a topic. Its records go in the background, after the answer. */
    public CompletableFuture<Void> delete(Topic topic) {
        return CompletableFuture.runAsync(() -> deleteNow(topic), executor)
                .whenComplete((done, thrown) -> maintenance.execute(this::removeRemains));
    }

    private void deleteNow(Topic topic) {
        try {
            boolean deleted = database.inTransaction(connection -> store.markDeleted(connection, topic.id()));
            directory.deleted(topic);
            if (!deleted) {
                throw new UnknownTopicOrPartitionException("Topic '" + topic.name() + "' does not exist.");
            }
            LOGGER.atInfo().addKeyValue("topic", topic.name()).log("topic deleted");
        } catch (SQLException e) {
            throw new CompletionException(e);
        }
    }

    /**
     * Drops the leaves of deleted topics, those of an earlier run too. What fails, for a reader that holds a leaf open or
     * a database that is away, is for the next round. One at a time: Postgres detaches no two leaves at once.
     */
    public synchronized void removeRemains() {
        try (Connection connection = database.generalPool().getConnection()) {
            for (int topicId : store.deletedWithRemains(connection)) {
                removeRemains(connection, topicId);
            }
        } catch (SQLException e) {
            LOGGER.atWarn().setCause(e).log("looking for records of deleted topics failed; the next round will");
        }
    }

    private void removeRemains(Connection connection, int topicId) {
        try {
            store.removeRemains(connection, topicId);
        } catch (SQLException e) {
            LOGGER.atWarn()
                    .setCause(e)
                    .addKeyValue("topicId", topicId)
                    .log("records of a deleted topic are not removed yet; the next round will");
        }
    }
}
