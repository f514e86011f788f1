package io.tailrace.broker.cleaner;

import io.tailrace.broker.log.LogStartOffsets;
import io.tailrace.broker.log.PartitionTable;
import io.tailrace.broker.sql.Database;
import io.tailrace.config.CleanerSettings;
import java.time.Duration;
import org.apache.kafka.common.utils.Time;

/**
 * Retention and compaction, in the background. Settings of a topic take effect within a second of being altered, for
 * every round reads them anew. Thread-safe. Owns: its threads and their connections.
 */
public final class Cleaner implements AutoCloseable {

    private static final Duration LONGEST_TICK = Duration.ofSeconds(1);

    /** What it does. */
    public enum Job {
        RETENTION,
        COMPACTION
    }

    private final CleanerThread retention;
    private final CleanerThread compaction;

    /** Starts it. */
    public Cleaner(
            Database database,
            PartitionTable partitions,
            LogStartOffsets logStarts,
            CleanerSettings settings,
            Time time) {
        Forwarders forwarders = new Forwarders(settings.waitForForwarders());
        this.retention = new CleanerThread(
                "tailrace-retention",
                partitions,
                new RetentionRound(
                        logStarts,
                        forwarders,
                        settings.stepRows(),
                        settings.retentionCheckInterval(),
                        time::milliseconds),
                new Steps(database, "tailrace-retention", settings.busyPercent()),
                tick(settings.retentionCheckInterval()));
        this.compaction = new CleanerThread(
                "tailrace-compaction",
                partitions,
                new CompactionRound(
                        settings.dedupeBufferBytes(),
                        forwarders,
                        settings.stepRows(),
                        settings.compactionCheckInterval(),
                        time::milliseconds),
                new Steps(database, "tailrace-compaction", settings.busyPercent()),
                tick(settings.compactionCheckInterval()));
    }

    private static Duration tick(Duration checkInterval) {
        return checkInterval.compareTo(LONGEST_TICK) < 0 ? checkInterval : LONGEST_TICK;
    }

    private CleanerThread thread(Job job) {
        return switch (job) {
            case RETENTION -> retention;
            case COMPACTION -> compaction;
        };
    }

    /** How long ago it was through all partitions; grows while Postgres is away, and while there is much to do. */
    public Duration sincePass(Job job) {
        return thread(job).sincePass();
    }

    /** The rows that it has deleted since the start. */
    public long deletedRows(Job job) {
        return thread(job).deletedRows();
    }

    @Override
    public void close() {
        compaction.close();
        retention.close();
    }
}
