package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.ForwarderStats;
import io.tailrace.forwarder.catchup.LogTable;
import io.tailrace.forwarder.checkpoint.Checkpoint;
import io.tailrace.forwarder.checkpoint.PartitionProgress;
import io.tailrace.forwarder.checkpoint.Position;
import io.tailrace.forwarder.checkpoint.PositionStore;
import io.tailrace.forwarder.decode.LogRow;
import io.tailrace.forwarder.offsets.OffsetMap;
import io.tailrace.forwarder.replay.RepeatedRanges;
import io.tailrace.forwarder.sink.TargetReader;
import io.tailrace.forwarder.sink.TargetSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a partition back to where the target still has it, after the target has lost what it acknowledged: a replica that
 * was not in sync became leader, a disk was lost, the topic was deleted and made anew. The offset map says which record
 * stood at the target's end; from there on the table is read again. That the map still holds is seen by the last record
 * which is left there: if it is another one, the topic is a new one, and everything that is here is sent again. Confined to
 * the thread that moves records; blocks for the target's answer.
 */
final class LostRecords {
    private static final Logger LOGGER = LoggerFactory.getLogger(LostRecords.class);

    private final TargetSettings settings;
    private final LogTable table;
    private final PositionStore positions;
    private final RepeatedRanges ranges;
    private final ForwarderStats stats;

    LostRecords(
            TargetSettings settings,
            LogTable table,
            PositionStore positions,
            RepeatedRanges ranges,
            ForwarderStats stats) {
        this.settings = settings;
        this.table = table;
        this.positions = positions;
        this.ranges = ranges;
        this.stats = stats;
    }

    /** The target's partition ends at {@code end}. Only while nothing of it is in flight, and its map is saved. */
    void sendAgain(Connection connection, TopicFlow flow, PartitionProgress progress, long end) throws SQLException {
        Optional<LogTable.Extent> extent = table.extent(connection, progress.topicId(), progress.partition());
        if (extent.isEmpty()) {
            return;
        }
        OffsetMap map = positions.maps().load(connection, progress.topicId(), progress.partition());
        OptionalLong kept = kept(connection, flow, progress, map, end);
        long from = kept.orElse(extent.get().startInc());
        long expected = Objects.requireNonNull(progress.targetNext());
        long intact = Math.min(end, Objects.requireNonNullElse(progress.fallenTo(), end));
        report(flow, progress, expected, end, from);
        stats.onLost(expected - intact);
        stats.onRepeated(end - intact);
        Position position =
                new Position(progress.topicId(), progress.partition(), from, end, progress.isShared() || end > intact);
        ranges.cutBack(connection, progress.topicId(), progress.partition(), kept.isPresent() ? intact : 0);
        positions.cutBack(connection, position, kept.isPresent() ? from : 0);
        progress.cutBack(new Checkpoint(
                position, kept.isPresent() ? map.lastBelow(from).stream().toList() : List.of()));
    }

    /** The first offset of the log whose record the target has no more; nothing if all of them are to be sent. */
    private OptionalLong kept(
            Connection connection, TopicFlow flow, PartitionProgress progress, OffsetMap map, long end)
            throws SQLException {
        Long fallenTo = progress.fallenTo();
        if (fallenTo != null) {
            return map.source(fallenTo);
        }
        return end > 0 && isLastOurs(connection, flow, progress, map, end) ? map.source(end) : OptionalLong.empty();
    }

    /** Whether the last record on the target is the one that the map says; also if that cannot be told. */
    private boolean isLastOurs(
            Connection connection, TopicFlow flow, PartitionProgress progress, OffsetMap map, long targetEnd)
            throws SQLException {
        long end = endOfOurs(connection, progress, targetEnd);
        if (end == 0) {
            return true;
        }
        OptionalLong offset = map.source(end - 1);
        if (offset.isEmpty()) {
            return false;
        }
        List<LogRow> rows = table.read(
                connection, progress.topicId(), progress.partition(), offset.getAsLong(), offset.getAsLong() + 1);
        TopicPartition partition = flow.targetPartition(progress.partition());
        try (TargetReader reader = new TargetReader(settings, partition, end - 1)) {
            Optional<ConsumerRecord<byte[], byte[]>> there = reader.next(end).stream()
                    .filter(record -> record.offset() == end - 1)
                    .findFirst();
            return rows.isEmpty() || there.isEmpty() || SameRecord.test(rows.get(0), there.get());
        }
    }

    /** What was sent again has no place in the map: behind the last record of ours that lies below. */
    private long endOfOurs(Connection connection, PartitionProgress progress, long targetEnd) throws SQLException {
        long end = targetEnd;
        RepeatedRanges.Places places = repeated(connection, progress, end);
        while (end > 0 && places.contains(end - 1)) {
            end = places.startInc();
            places = repeated(connection, progress, end);
        }
        return end;
    }

    private RepeatedRanges.Places repeated(Connection connection, PartitionProgress progress, long end)
            throws SQLException {
        return ranges.covering(connection, progress.topicId(), progress.partition(), end - 1);
    }

    private static void report(TopicFlow flow, PartitionProgress progress, long expected, long end, long from) {
        LOGGER.atWarn()
                .addKeyValue("topic", flow.topic().name())
                .addKeyValue("partition", progress.partition())
                .addKeyValue("expectedOffset", expected)
                .addKeyValue("endOffset", end)
                .addKeyValue("fromOffset", from)
                .log(
                        "the target has lost records that it had acknowledged, or its topic was made anew; what is still here is sent again");
    }
}
