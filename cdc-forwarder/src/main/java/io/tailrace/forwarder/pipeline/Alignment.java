package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.ForwarderStats;
import io.tailrace.forwarder.catchup.LogTable;
import io.tailrace.forwarder.checkpoint.PartitionProgress;
import io.tailrace.forwarder.checkpoint.PositionStore;
import io.tailrace.forwarder.decode.LogRow;
import io.tailrace.forwarder.replay.RepeatedRanges;
import io.tailrace.forwarder.sink.TargetReader;
import io.tailrace.forwarder.sink.TargetSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out which record comes next on the target, when a partition there does not end behind the last acknowledged
 * record: what lies beyond was sent by a process that died, or a moment ago and without an answer. It is read back and
 * compared with the table, so that a stranger's records are not taken for ours. Confined to the thread that moves
 * records; blocks for the target's answers.
 */
final class Alignment {
    private static final Logger LOGGER = LoggerFactory.getLogger(Alignment.class);

    private final TargetSettings settings;
    private final LogTable table;
    private final LostRecords lost;
    private final ForwarderStats stats;

    Alignment(
            TargetSettings settings,
            LogTable table,
            PositionStore positions,
            RepeatedRanges ranges,
            ForwarderStats stats) {
        this.settings = settings;
        this.table = table;
        this.lost = new LostRecords(settings, table, positions, ranges, stats);
        this.stats = stats;
    }

    /** Takes into account that the target's partition ends at {@code end}. Only while nothing of it is in flight. */
    void align(
            Connection connection,
            TopicFlow flow,
            PartitionProgress progress,
            @Nullable RepeatedPiece repeated,
            long end)
            throws SQLException {
        Long expected = progress.targetNext();
        if (progress.hasLost(end)) {
            lost.sendAgain(connection, flow, progress, end);
        }
        if (repeated != null) {
            onRepeated(flow, progress, repeated, end);
        } else if (expected != null && end > expected) {
            onBeyond(connection, flow, progress, end);
        }
        progress.align(end);
    }

    private void onBeyond(Connection connection, TopicFlow flow, PartitionProgress progress, long end)
            throws SQLException {
        long before = Objects.requireNonNull(progress.targetNext());
        if (!progress.isShared()) {
            skipArrived(connection, flow, progress, end);
        }
        long arrived = Objects.requireNonNull(progress.targetNext()) - before;
        if (arrived > 0) {
            stats.onArrived(arrived);
        }
        onUnknown(flow, progress, end - before - arrived);
    }

    /** What lies beyond belongs to records that were sent again: nothing else goes before all of these are there. */
    private void onRepeated(TopicFlow flow, PartitionProgress progress, RepeatedPiece repeated, long end) {
        if (progress.isShared()) {
            repeated.onArrived(0);
            return;
        }
        TopicPartition partition = flow.targetPartition(progress.partition());
        try (TargetReader reader =
                new TargetReader(settings, partition, repeated.range().targetFrom())) {
            repeated.onArrived(countArrived(reader, repeated, end));
        }
        onUnknown(flow, progress, end - repeated.range().targetFrom() - repeated.arrived());
    }

    private static int countArrived(TargetReader reader, RepeatedPiece repeated, long end) {
        int arrived = 0;
        for (List<ConsumerRecord<byte[], byte[]>> there = reader.next(end);
                !there.isEmpty();
                there = reader.next(end)) {
            for (ConsumerRecord<byte[], byte[]> record : there) {
                boolean isNext = record.offset() < end
                        && record.offset() == repeated.range().targetFrom() + arrived
                        && arrived < repeated.rows().size()
                        && SameRecord.test(repeated.rows().get(arrived), record);
                if (!isNext) {
                    return arrived;
                }
                arrived++;
            }
        }
        return arrived;
    }

    private void onUnknown(TopicFlow flow, PartitionProgress progress, long unknown) {
        if (unknown > 0) {
            progress.share();
            stats.onRepeated(unknown);
            LOGGER.atWarn()
                    .addKeyValue("topic", flow.topic().name())
                    .addKeyValue("partition", progress.partition())
                    .addKeyValue("records", unknown)
                    .log(
                            "the target has records that are not the next ones here: somebody else writes to it; what is sent again after a crash may be there twice");
        }
    }

    /** Takes for forwarded what lies on the target and is the same as the next records of the table. */
    private void skipArrived(Connection connection, TopicFlow flow, PartitionProgress progress, long end)
            throws SQLException {
        TopicPartition partition = flow.targetPartition(progress.partition());
        Deque<LogRow> rows = new ArrayDeque<>();
        try (TargetReader reader =
                new TargetReader(settings, partition, Objects.requireNonNull(progress.targetNext()))) {
            for (List<ConsumerRecord<byte[], byte[]>> there = reader.next(end);
                    !there.isEmpty();
                    there = reader.next(end)) {
                for (ConsumerRecord<byte[], byte[]> record : there) {
                    if (record.offset() >= end) {
                        return;
                    }
                    if (rows.isEmpty()) {
                        rows.addAll(read(connection, flow, progress));
                    }
                    LogRow row = rows.poll();
                    if (row == null || !SameRecord.test(row, record)) {
                        return;
                    }
                    progress.onArrived(row.offset(), record.offset());
                }
            }
        }
    }

    private List<LogRow> read(Connection connection, TopicFlow flow, PartitionProgress progress) throws SQLException {
        long stableExc = table.extent(connection, progress.topicId(), progress.partition())
                .map(LogTable.Extent::stableExc)
                .orElse(progress.next());
        return table.read(connection, progress.topicId(), progress.partition(), progress.next(), stableExc).stream()
                .filter(row -> flow.route().takes(row.partition(), row.offset()))
                .toList();
    }
}
