package io.tailrace.broker.cleaner;

import io.tailrace.broker.log.LogRows;
import io.tailrace.broker.log.LogRuns;
import io.tailrace.broker.log.LogRuns.Clock;
import io.tailrace.broker.log.LogStartOffsets;
import io.tailrace.broker.log.OffsetFinder;
import io.tailrace.broker.log.OffsetFinder.FoundOffset;
import io.tailrace.broker.log.Partition;
import io.tailrace.broker.topic.TopicSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Retention of one partition: notes what complete runs of its log hold, moves its start past what has expired, and deletes
 * the rows below the start, whoever moved it. Kafka gives up whole segments; here there are none, so it goes row by row (a
 * record, or a whole batch): by time the longest prefix in which everything is older than {@code retention.ms}, by size as
 * many of the oldest rows as leave {@code retention.bytes}. Confined to the cleaner's thread.
 */
final class PartitionRetention {

    private static final Logger LOGGER = LoggerFactory.getLogger(PartitionRetention.class);

    /**
     * What it works with.
     *
     * @param stepRows how many rows one transaction deletes
     */
    record Parts(
            LogStartOffsets logStarts,
            Forwarders forwarders,
            int stepRows,
            long checkIntervalMs,
            LongSupplier clockMs) {}

    /** A log that was found to hold nothing that its size forbids. */
    private record Fitting(long startInc, long endExc) {}

    private final Partition partition;
    private final Parts parts;
    private final ExpiredRows expired;
    private long runsEnd = -1;
    private long nextCheckMs;
    private TopicSettings checkedSettings;
    private @Nullable FoundOffset oldest;
    private @Nullable Fitting fitting;

    PartitionRetention(Partition partition, Parts parts) {
        this.partition = partition;
        this.parts = parts;
        this.expired = new ExpiredRows(partition, parts.stepRows());
        this.checkedSettings = partition.topic().settings();
        this.nextCheckMs = parts.clockMs().getAsLong() + parts.checkIntervalMs();
    }

    void run(Steps steps) throws SQLException, InterruptedException {
        addRuns(steps);
        TopicSettings settings = partition.topic().settings();
        long nowMs = parts.clockMs().getAsLong();
        if (nowMs >= nextCheckMs || !settings.equals(checkedSettings)) {
            applySettings(steps, settings.effective(), nowMs);
            checkedSettings = settings;
            nextCheckMs = nowMs + parts.checkIntervalMs();
        }
        deleteRows(steps);
    }

    private void addRuns(Steps steps) throws SQLException, InterruptedException {
        long endExc = partition.lastStableOffset();
        if (endExc - Math.max(runsEnd, partition.logStartOffset()) < LogRuns.OFFSETS) {
            return;
        }
        if (runsEnd < 0) {
            runsEnd = steps.run(connection -> LogRuns.end(connection, partition));
        }
        runsEnd = Math.max(runsEnd, partition.logStartOffset());
        while (endExc - runsEnd >= LogRuns.OFFSETS) {
            long start = runsEnd;
            steps.act(connection -> LogRuns.add(connection, partition, start, start + LogRuns.OFFSETS));
            runsEnd += LogRuns.OFFSETS;
        }
    }

    private void applySettings(Steps steps, LogConfig config, long nowMs) throws SQLException, InterruptedException {
        long start = partition.logStartOffset();
        long endExc = partition.lastStableOffset();
        if (!config.delete || start >= endExc) {
            return;
        }
        long wanted = start;
        if (config.retentionMs >= 0) {
            wanted = Math.max(wanted, firstOfAge(steps, nowMs - config.retentionMs, endExc));
        }
        if (config.retentionSize >= 0) {
            wanted = Math.max(wanted, firstOfSize(steps, start, endExc, config.retentionSize));
        }
        if (wanted > start) {
            moveStart(steps, start, wanted);
        }
    }

    private long firstOfAge(Steps steps, long cutoffMs, long endExc) throws SQLException, InterruptedException {
        long start = partition.logStartOffset();
        if (oldest != null && oldest.offset() == start && oldest.timestampMs() >= cutoffMs) {
            return start;
        }
        Optional<FoundOffset> first =
                steps.run(connection -> OffsetFinder.first(connection, partition, Clock.AGE, cutoffMs, start, endExc));
        oldest = first.orElse(null);
        return first.map(FoundOffset::offset).orElse(endExc);
    }

    private long firstOfSize(Steps steps, long start, long endExc, long retentionBytes)
            throws SQLException, InterruptedException {
        if (new Fitting(start, endExc).equals(fitting)
                && partition.topic().settings().equals(checkedSettings)) {
            return start;
        }
        long first = steps.run(connection -> ByteRetention.start(connection, partition, start, endExc, retentionBytes));
        fitting = new Fitting(first, endExc);
        return first;
    }

    private void moveStart(Steps steps, long start, long wanted) throws SQLException, InterruptedException {
        long to = steps.run(connection -> {
            // A forwarder may be in the middle of a batch.
            long position = parts.forwarders().position(connection, partition);
            long allowed = position < wanted ? LogRows.startOf(connection, partition, position) : wanted;
            return allowed > start ? advance(connection, allowed) : start;
        });
        if (to > start) {
            LOGGER.atInfo()
                    .addKeyValue("topic", partition.topic().name())
                    .addKeyValue("partition", partition.id().partition())
                    .addKeyValue("logStartOffset", to)
                    .log("records have expired");
        }
    }

    private long advance(Connection connection, long offset) throws SQLException {
        return parts.logStarts().advance(connection, partition, offset);
    }

    private void deleteRows(Steps steps) throws SQLException, InterruptedException {
        if (!expired.isLeft()) {
            return;
        }
        while (expired.isLeft()) {
            steps.countDeleted(steps.<Integer>run(expired::step));
        }
        steps.act(connection -> LogRuns.removeBelow(connection, partition, expired.deletedTo()));
    }
}
