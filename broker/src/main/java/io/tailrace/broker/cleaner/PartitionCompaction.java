package io.tailrace.broker.cleaner;

import io.tailrace.broker.cleaner.CompactionStore.Finished;
import io.tailrace.broker.cleaner.CompactionStore.Row;
import io.tailrace.broker.cleaner.KeyedRecords.KeyedRecord;
import io.tailrace.broker.log.LogRows;
import io.tailrace.broker.log.LogRuns.Clock;
import io.tailrace.broker.log.OffsetFinder;
import io.tailrace.broker.log.OffsetFinder.FoundOffset;
import io.tailrace.broker.log.Partition;
import io.tailrace.broker.topic.TopicSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compaction of one partition, by the rules of Kafka's cleaner: it begins when the part that was not compacted yet is more
 * than {@code min.cleanable.dirty.ratio} of the whole or older than {@code max.compaction.lag.ms}; it leaves alone what is
 * younger than {@code min.compaction.lag.ms}, the newest record, and tombstones until {@code delete.retention.ms} after the
 * round that left no older record of their key. Confined to the cleaner's thread.
 */
final class PartitionCompaction {

    private static final Logger LOGGER = LoggerFactory.getLogger(PartitionCompaction.class);

    /** What it works with. */
    record Parts(
            Supplier<KeyOffsets> keys,
            KeyedRecords records,
            Forwarders forwarders,
            int stepRows,
            long checkIntervalMs,
            LongSupplier clockMs) {}

    /** What was looked at and needed nothing: as long as it is the same, nothing has to be asked. */
    private record Looked(TopicSettings settings, long endExc) {}

    private final Partition partition;
    private final Parts parts;
    private @Nullable List<Finished> rounds;
    private @Nullable Looked looked;
    private long nextCheckMs;

    PartitionCompaction(Partition partition, Parts parts) {
        this.partition = partition;
        this.parts = parts;
    }

    void run(Steps steps) throws SQLException, InterruptedException {
        TopicSettings settings = partition.topic().settings();
        long nowMs = parts.clockMs().getAsLong();
        long endExc = partition.lastStableOffset();
        if (!settings.compacted() || nowMs < nextCheckMs || endExc == partition.logStartOffset()) {
            return;
        }
        nextCheckMs = nowMs + parts.checkIntervalMs();
        List<Finished> finished = rounds(steps);
        long horizon = horizon(finished, nowMs - settings.effective().deleteRetentionMs);
        if (!new Looked(settings, endExc).equals(looked)) {
            look(steps, finished, settings, endExc, horizon, nowMs);
        }
        sweep(steps, finished, horizon, endExc);
    }

    private List<Finished> rounds(Steps steps) throws SQLException, InterruptedException {
        List<Finished> known = rounds;
        if (known == null) {
            known = steps.run(connection -> CompactionStore.finished(connection, partition));
            rounds = known;
        }
        return known;
    }

    /** Below it all tombstones have been seen for long enough. */
    private static long horizon(List<Finished> finished, long cutoffMs) {
        return finished.stream()
                .filter(round -> round.finishedAtMs() <= cutoffMs)
                .mapToLong(Finished::cleanOffset)
                .max()
                .orElse(-1);
    }

    private long firstDirty(List<Finished> finished) {
        long clean = finished.isEmpty() ? 0 : finished.get(finished.size() - 1).cleanOffset();
        return Math.max(clean, partition.logStartOffset());
    }

    private void look(
            Steps steps, List<Finished> finished, TopicSettings settings, long endExc, long horizon, long nowMs)
            throws SQLException, InterruptedException {
        long firstDirty = firstDirty(finished);
        LogConfig config = settings.effective();
        long cleanable = firstDirty < endExc
                ? steps.run(connection -> cleanableEnd(connection, config, firstDirty, endExc, nowMs))
                : endExc;
        if (cleanable > firstDirty
                && steps.run(connection -> isDue(connection, config, firstDirty, cleanable, nowMs))) {
            compact(steps, finished, firstDirty, cleanable, horizon);
        }
        // Whether time alone, or a forwarder, can change the answer.
        boolean passing = cleanable < endExc || config.maxCompactionLagMs < Long.MAX_VALUE;
        boolean compacted = firstDirty(finished) > firstDirty;
        boolean settled = firstDirty(finished) >= endExc || (!passing && !compacted);
        looked = settled ? new Looked(settings, endExc) : null;
    }

    private long cleanableEnd(Connection connection, LogConfig config, long firstDirty, long endExc, long nowMs)
            throws SQLException {
        long cleanable = Math.min(endExc, parts.forwarders().position(connection, partition));
        if (config.compactionLagMs <= 0 || cleanable <= firstDirty) {
            return cleanable;
        }
        return OffsetFinder.first(
                        connection, partition, Clock.AGE, nowMs - config.compactionLagMs + 1, firstDirty, cleanable)
                .map(FoundOffset::offset)
                .orElse(cleanable);
    }

    private boolean isDue(Connection connection, LogConfig config, long firstDirty, long cleanable, long nowMs)
            throws SQLException {
        // Both may lie within a batch: of one that is dirty in part all counts as dirty.
        long start = LogRows.startOf(connection, partition, partition.logStartOffset());
        long dirtyStart = LogRows.startOf(connection, partition, firstDirty);
        double dirty = LogBytes.of(connection, partition, dirtyStart, cleanable);
        double clean = LogBytes.of(connection, partition, start, dirtyStart);
        if (dirty / Math.max(1, clean + dirty) > config.minCleanableRatio) {
            return true;
        }
        return config.maxCompactionLagMs < Long.MAX_VALUE
                && OffsetFinder.first(connection, partition, Clock.AGE, Long.MIN_VALUE, firstDirty, cleanable)
                        .filter(oldest -> oldest.timestampMs() < nowMs - config.maxCompactionLagMs)
                        .isPresent();
    }

    private void compact(Steps steps, List<Finished> finished, long firstDirty, long cleanable, long horizon)
            throws SQLException, InterruptedException {
        KeyOffsets keys = parts.keys().get();
        long endExc = keys.fill(steps, partition, firstDirty, cleanable, parts.stepRows());
        Predicate<KeyedRecord> expired = expiredTombstone(steps, horizon);
        CompactionWalk walk = walk(record -> keys.supersedes(record) || expired.test(record), firstDirty, endExc);
        walk.run(steps);
        Finished round = new Finished(endExc, parts.clockMs().getAsLong(), walk.tombstones());
        steps.act(connection -> CompactionStore.save(connection, partition, round));
        finished.add(round);
        forgetBelow(steps, finished, horizon + 1);
        LOGGER.atInfo()
                .addKeyValue("topic", partition.topic().name())
                .addKeyValue("partition", partition.id().partition())
                .addKeyValue("cleanOffset", endExc)
                .addKeyValue("records", walk.deleted())
                .log("compacted");
    }

    private CompactionWalk walk(Predicate<KeyedRecord> useless, long countTombstonesFrom, long endExc) {
        return new CompactionWalk(partition, parts.records(), parts.stepRows(), useless, countTombstonesFrom, endExc);
    }

    private Predicate<KeyedRecord> expiredTombstone(Steps steps, long horizon)
            throws SQLException, InterruptedException {
        long endExc = partition.lastStableOffset();
        long newest = steps.run(connection -> CompactionStore.newest(connection, partition, endExc))
                .map(this::lastOffset)
                .orElse(-1L);
        return record -> record.isTombstone() && record.offset() < horizon && record.offset() != newest;
    }

    private long lastOffset(Row row) {
        long last = row.offset();
        for (KeyedRecord record : parts.records().of(row)) {
            last = record.offset();
        }
        return last;
    }

    /** Tombstones whose time has come, though nothing else is to be done. */
    private void sweep(Steps steps, List<Finished> finished, long horizon, long endExc)
            throws SQLException, InterruptedException {
        boolean due = finished.stream().anyMatch(round -> round.cleanOffset() <= horizon && round.tombstones() > 0);
        if (!due) {
            return;
        }
        walk(expiredTombstone(steps, horizon), endExc, horizon).run(steps);
        for (Finished round : List.copyOf(finished)) {
            if (round.cleanOffset() == horizon) {
                Finished swept = new Finished(horizon, round.finishedAtMs(), 0);
                steps.act(connection -> CompactionStore.save(connection, partition, swept));
                finished.set(finished.indexOf(round), swept);
            }
        }
        forgetBelow(steps, finished, horizon);
    }

    private void forgetBelow(Steps steps, List<Finished> finished, long cleanOffset)
            throws SQLException, InterruptedException {
        if (finished.removeIf(round -> round.cleanOffset() < cleanOffset)) {
            steps.act(connection -> CompactionStore.forgetBelow(connection, partition, cleanOffset));
        }
    }
}
