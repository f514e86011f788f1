package io.tailrace.broker.group;

import java.util.OptionalInt;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes Kafka's coordinator load its shards: all of them at the start, one of them where memory and database may differ.
 * What waits on such a shard is answered with NOT_COORDINATOR, and clients ask again. Thread-safe; nothing here waits.
 */
final class ShardElections {

    private static final Logger LOGGER = LoggerFactory.getLogger(ShardElections.class);

    private final GroupCoordinator service;

    /** Kafka's runtime wants it to grow; the epoch in the database is another one. */
    private final AtomicInteger epoch = new AtomicInteger();

    ShardElections(GroupCoordinator service) {
        this.service = service;
    }

    void electAll(int shards) {
        for (int shard = 0; shard < shards; shard++) {
            service.onElection(shard, epoch.incrementAndGet());
        }
    }

    void reload(int shard) {
        try {
            service.onResignation(shard, OptionalInt.empty());
            service.onElection(shard, epoch.incrementAndGet());
        } catch (KafkaException | RejectedExecutionException e) {
            LOGGER.atDebug()
                    .setCause(e)
                    .addKeyValue("shard", shard)
                    .log("the broker stops; a shard is not loaded again");
        }
    }
}
