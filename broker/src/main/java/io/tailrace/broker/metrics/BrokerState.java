package io.tailrace.broker.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.tailrace.broker.api.log.FetchSessions;
import io.tailrace.broker.api.log.ResponseMemory;
import io.tailrace.broker.cleaner.Cleaner;
import io.tailrace.broker.group.GroupRuntime;
import io.tailrace.broker.log.Partition;
import io.tailrace.broker.log.PartitionTable;
import io.tailrace.broker.log.recent.RecentMemory;
import io.tailrace.broker.outbox.OutboxBacklog;
import io.tailrace.broker.quota.ClientQuotas;
import io.tailrace.broker.txn.TransactionCoordinator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.server.quota.QuotaType;

/**
 * The parts of a broker whose state is measured when somebody asks. None of it costs anything meanwhile, and no number has a
 * label that a client chooses. Immutable.
 */
public record BrokerState(
        PartitionTable partitions,
        RecentMemory recentMemory,
        TransactionCoordinator transactions,
        GroupRuntime groups,
        ClientQuotas quotas,
        FetchSessions fetchSessions,
        ResponseMemory responseMemory,
        OutboxBacklog outbox,
        Cleaner cleaner) {

    private static final List<QuotaType> QUOTAS = List.of(QuotaType.PRODUCE, QuotaType.FETCH, QuotaType.REQUEST);

    void bindTo(MeterRegistry registry) {
        bindTransactions(registry);
        bindRecent(registry);
        GroupGauges.bind(registry, groups.metrics(), groups.classicMetrics());
        QUOTAS.forEach(quota -> bindQuota(registry, quota));
        Gauge.builder("tailrace.fetch.sessions", fetchSessions, FetchSessions::count)
                .description("Incremental fetch sessions")
                .register(registry);
        Gauge.builder("tailrace.fetch.memory.bytes", responseMemory, ResponseMemory::usedBytes)
                .description("Records of fetch responses that clients have not taken yet")
                .register(registry);
        Gauge.builder("tailrace.outbox.waiting", outbox, OutboxBacklog::waiting)
                .description("Records of kafka.produce that are not in the log yet, up to 100000")
                .register(registry);
        Gauge.builder("tailrace.outbox.failed", outbox, OutboxBacklog::failed)
                .description("Records of kafka.produce that cannot be written, up to 100000")
                .register(registry);
        for (Cleaner.Job job : Cleaner.Job.values()) {
            bindCleaner(registry, job);
        }
    }

    private void bindRecent(MeterRegistry registry) {
        Gauge.builder("tailrace.recent.bytes", recentMemory, RecentMemory::bytes)
                .description("Memory that the newest records take")
                .register(registry);
        FunctionCounter.builder("tailrace.reads", recentMemory, RecentMemory::hits)
                .description("Reads of a partition for consumers, by where the records came from")
                .tag("source", "memory")
                .register(registry);
        FunctionCounter.builder("tailrace.reads", recentMemory, RecentMemory::misses)
                .description("Reads of a partition for consumers, by where the records came from")
                .tag("source", "postgres")
                .register(registry);
    }

    private void bindTransactions(MeterRegistry registry) {
        Gauge.builder("tailrace.transactions.open", transactions, TransactionCoordinator::openTransactions)
                .description("Open transactions")
                .register(registry);
        TimeGauge.builder(
                        "tailrace.transactions.oldest",
                        transactions,
                        TimeUnit.MILLISECONDS,
                        oldest -> oldest.oldestOpen().toMillis())
                .description("How long the oldest open transaction has been so")
                .register(registry);
        Gauge.builder("tailrace.partitions.unstable", partitions, BrokerState::unstablePartitions)
                .description("Partitions with records of open transactions")
                .register(registry);
        Gauge.builder("tailrace.partitions.unstable.offsets.max", partitions, BrokerState::mostUnstableOffsets)
                .description("From the last stable offset to the high watermark, of the partition where that is most")
                .register(registry);
    }

    private static double unstablePartitions(PartitionTable partitions) {
        return partitions.all().stream()
                .filter(partition -> partition.unstableOffsets() > 0)
                .count();
    }

    private static double mostUnstableOffsets(PartitionTable partitions) {
        return partitions.all().stream()
                .mapToLong(Partition::unstableOffsets)
                .max()
                .orElse(0);
    }

    private void bindQuota(MeterRegistry registry, QuotaType quota) {
        String name = quota.name().toLowerCase(Locale.ROOT);
        FunctionCounter.builder("tailrace.quota.throttled", quotas, all -> all.throttledRequests(quota))
                .description("Requests after which a client was held back")
                .tag("quota", name)
                .register(registry);
        FunctionCounter.builder("tailrace.quota.throttle.seconds", quotas, all -> all.throttledMs(quota) / 1e3)
                .description("For how long clients were held back, all together")
                .tag("quota", name)
                .register(registry);
    }

    private void bindCleaner(MeterRegistry registry, Cleaner.Job job) {
        String name = job.name().toLowerCase(Locale.ROOT);
        FunctionCounter.builder("tailrace.cleaner.deleted.rows", cleaner, running -> running.deletedRows(job))
                .description("Rows that retention or compaction deleted")
                .tag("job", name)
                .register(registry);
        TimeGauge.builder("tailrace.cleaner.pass.age", cleaner, TimeUnit.MILLISECONDS, running -> running.sincePass(job)
                        .toMillis())
                .description("Since retention or compaction last looked at every partition")
                .tag("job", name)
                .register(registry);
    }
}
