package io.tailrace.broker;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.TopicResolver;
import io.tailrace.broker.api.txn.TransactionApis;
import io.tailrace.broker.group.GroupCoordinator;
import io.tailrace.broker.group.OffsetProducer;
import io.tailrace.broker.log.AppendFence;
import io.tailrace.broker.log.PartitionTable;
import io.tailrace.broker.log.ProducerIds;
import io.tailrace.broker.log.ProducerStates;
import io.tailrace.broker.sql.Database;
import io.tailrace.broker.txn.GroupOutcomes;
import io.tailrace.broker.txn.TransactionCoordinator;
import io.tailrace.broker.txn.TransactionUpkeep;
import io.tailrace.config.TransactionSettings;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.utils.Time;

/** The part of the object graph that concerns transactions. */
final class TransactionWiring {

    private static final Duration KEEP_UP_INTERVAL = Duration.ofSeconds(1);
    private static final Duration EXPIRY_INTERVAL = Duration.ofHours(1);

    private final Database database;
    private final BrokerThreads threads;
    private final ProducerIds producerIds;
    private final TransactionCoordinator coordinator;
    private final GroupCoordinator groups;
    private final Time time;

    private TransactionWiring(
            Database database,
            BrokerThreads threads,
            ProducerIds producerIds,
            TransactionCoordinator coordinator,
            GroupCoordinator groups,
            Time time) {
        this.database = database;
        this.threads = threads;
        this.producerIds = producerIds;
        this.coordinator = coordinator;
        this.groups = groups;
        this.time = time;
    }

    /** Reads the transactions, once the partitions are there. */
    static TransactionWiring load(
            Database database,
            BrokerThreads threads,
            BrokerLease lease,
            PartitionTable partitions,
            GroupCoordinator groups,
            TransactionSettings settings,
            Time time)
            throws SQLException {
        ProducerIds producerIds = new ProducerIds(database, threads.topics());
        TransactionCoordinator coordinator = new TransactionCoordinator(
                database,
                lease.epoch(),
                partitions,
                producerIds::next,
                outcomes(groups),
                new TransactionCoordinator.Settings(settings.maxTimeout(), settings.idExpiration()),
                threads.transactions(),
                time);
        coordinator.load();
        return new TransactionWiring(database, threads, producerIds, coordinator, groups, time);
    }

    private static GroupOutcomes outcomes(GroupCoordinator groups) {
        return (groupId, producer, result) -> groups.completeTransaction(
                groups.shardOf(groupId), new OffsetProducer(producer.producerId(), producer.epoch()), result);
    }

    TransactionCoordinator coordinator() {
        return coordinator;
    }

    Map<ApiKeys, Api> apis(TopicResolver topics, AppendFence fence) {
        return TransactionApis.of(new TransactionApis.Parts(
                topics,
                coordinator,
                groups,
                fence,
                producerIds,
                new ProducerStates(database.generalPool()),
                threads.general(),
                time));
    }

    /** Begins what happens without requests; it ends with the threads. */
    @SuppressWarnings("FutureReturnValueIgnored") // It ends with the executor.
    void startUpkeep() {
        TransactionUpkeep upkeep = new TransactionUpkeep(database, coordinator);
        long intervalMs = KEEP_UP_INTERVAL.toMillis();
        threads.timer().scheduleWithFixedDelay(upkeep::keepUp, intervalMs, intervalMs, TimeUnit.MILLISECONDS);
        threads.maintainEvery(EXPIRY_INTERVAL, upkeep::expire);
    }
}
