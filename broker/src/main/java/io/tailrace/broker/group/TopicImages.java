package io.tailrace.broker.group;

import io.tailrace.broker.sql.Database;
import io.tailrace.broker.topic.Topic;
import io.tailrace.broker.topic.TopicListener;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.RemoveTopicRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.image.TopicImage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the coordinator which topics there are, in the form that a KRaft controller's log would have: an image, and what
 * changed in it. On a thread of its own, because the coordinator keeps it waiting while it removes the offsets of a
 * deleted topic.
 *
 * <p>A shard that is loading at that moment misses the deletion, as does a broker that dies then. So the offsets of topics
 * that are gone are looked for when shards have loaded, and now and then, and their deletion is told once more.
 *
 * <p>Confined to the thread of the executor but for the methods of {@link TopicListener}. Owns: the executor.
 */
final class TopicImages implements TopicListener, AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(TopicImages.class);
    private static final Duration SWEEP_DELAY = Duration.ofMillis(500);
    private static final Duration SWEEP_INTERVAL = Duration.ofMinutes(10);

    private final GroupCoordinator service;
    private final Database database;
    private final ScheduledExecutorService executor;
    private final int nodeId;
    private final AtomicBoolean sweepIsDue = new AtomicBoolean();
    private MetadataImage image = MetadataImage.EMPTY;

    TopicImages(GroupCoordinator service, Database database, ScheduledExecutorService executor, int nodeId) {
        this.service = service;
        this.database = database;
        this.executor = executor;
        this.nodeId = nodeId;
    }

    /** Tells of the topics that exist, on the caller's thread, once, before there is a shard. */
    @SuppressWarnings("FutureReturnValueIgnored") // It ends with the executor.
    void start(Collection<Topic> topics) {
        publish(delta -> topics.forEach(topic -> put(delta, topic)));
        executor.scheduleWithFixedDelay(
                this::removeLeftOvers, SWEEP_INTERVAL.toMillis(), SWEEP_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A shard is loaded: it may have missed a deletion. On any thread. */
    @SuppressWarnings("FutureReturnValueIgnored") // It ends with the executor.
    void onShardLoaded() {
        if (sweepIsDue.compareAndSet(false, true)) {
            executor.schedule(
                    () -> {
                        sweepIsDue.set(false);
                        removeLeftOvers();
                    },
                    SWEEP_DELAY.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void onCreated(Topic topic) {
        execute(() -> publish(delta -> put(delta, topic)));
    }

    @Override
    public void onChanged(Topic topic) {
        execute(() -> publish(delta -> put(delta, topic)));
    }

    @Override
    public void onDeleted(Topic topic) {
        execute(() -> {
            if (image.topics().getTopic(topic.uuid()) != null) {
                publish(delta -> delta.replay(new RemoveTopicRecord().setTopicId(topic.uuid())));
            }
        });
    }

    private void execute(Runnable task) {
        try {
            executor.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException e) {
                    LOGGER.atError().setCause(e).log("the group coordinator could not be told of topics");
                }
            });
        } catch (RejectedExecutionException e) {
            LOGGER.atDebug().setCause(e).log("the broker stops; the group coordinator learns of no more topics");
        }
    }

    private void publish(Consumer<MetadataDelta> change) {
        MetadataDelta delta = new MetadataDelta.Builder().setImage(image).build();
        change.accept(delta);
        image = delta.apply(nextProvenance());
        service.onMetadataUpdate(delta, image);
    }

    /** The coordinator takes the offset for the version of the image. */
    private MetadataProvenance nextProvenance() {
        return new MetadataProvenance(image.offset() + 1, 1, 0, true);
    }

    private void put(MetadataDelta delta, Topic topic) {
        TopicImage known = image.topics().getTopic(topic.uuid());
        int knownPartitions = known == null ? 0 : known.partitions().size();
        if (known == null) {
            delta.replay(new TopicRecord().setName(topic.name()).setTopicId(topic.uuid()));
        }
        List<Integer> nodes = List.of(nodeId);
        for (int partition = knownPartitions; partition < topic.partitions(); partition++) {
            delta.replay(new PartitionRecord()
                    .setTopicId(topic.uuid())
                    .setPartitionId(partition)
                    .setReplicas(nodes)
                    .setIsr(nodes)
                    .setLeader(nodeId)
                    .setLeaderEpoch(0)
                    .setPartitionEpoch(0));
        }
    }

    private void removeLeftOvers() {
        try {
            Map<Uuid, String> deleted = database.inTransaction(connection -> {
                String sql =
                        """
                        SELECT DISTINCT t.topic_uuid, t.name
                        FROM kafka.consumer_offsets o JOIN kafka.topics t ON t.id = o.topic_id
                        WHERE t.deleted_at IS NOT NULL
                        """;
                Map<Uuid, String> topics = new LinkedHashMap<>();
                try (PreparedStatement statement = connection.prepareStatement(sql);
                        ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        UUID uuid = rows.getObject(1, UUID.class);
                        topics.put(
                                new Uuid(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits()),
                                rows.getString(2));
                    }
                }
                return topics;
            });
            deleted.forEach(this::deleteAgain);
        } catch (SQLException | RuntimeException e) {
            LOGGER.atWarn().setCause(e).log("looking for offsets of deleted topics failed; the next round will");
        }
    }

    /** An image of nothing but the topic, and its deletion; what there is now remains as it is. */
    private void deleteAgain(Uuid uuid, String name) {
        MetadataDelta birth =
                new MetadataDelta.Builder().setImage(MetadataImage.EMPTY).build();
        birth.replay(new TopicRecord().setName(name).setTopicId(uuid));
        MetadataDelta death = new MetadataDelta.Builder()
                .setImage(birth.apply(MetadataProvenance.EMPTY))
                .build();
        death.replay(new RemoveTopicRecord().setTopicId(uuid));
        service.onMetadataUpdate(death, image);
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
