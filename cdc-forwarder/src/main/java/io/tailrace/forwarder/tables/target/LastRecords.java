package io.tailrace.forwarder.tables.target;

import io.tailrace.forwarder.sink.TargetReader;
import io.tailrace.forwarder.sink.TargetSettings;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads how far a partition of the target has come: the position that its last record carries. The last record may be
 * somebody else's, or the marker of a transaction, so a bounded number of offsets before it is looked at as well. Stateless
 * but for the settings.
 */
final class LastRecords {
    private static final List<Integer> DISTANCES = List.of(1, 10, 100, 1000);

    private final TargetSettings settings;

    LastRecords(TargetSettings settings) {
        this.settings = settings;
    }

    /**
     * The last position, or {@link Position#START} if there is none.
     *
     * @param end the partition's end, exclusive
     */
    Position read(TopicPartition partition, long end) {
        long startOfLastLook = end;
        for (int distance : DISTANCES) {
            if (startOfLastLook == 0) {
                break;
            }
            long start = Math.max(0, end - distance);
            Position last = last(partition, start, startOfLastLook);
            if (!last.equals(Position.START)) {
                return last;
            }
            startOfLastLook = start;
        }
        return Position.START;
    }

    private Position last(TopicPartition partition, long startInc, long endExc) {
        Position last = Position.START;
        try (TargetReader reader = new TargetReader(settings, partition, startInc)) {
            for (List<ConsumerRecord<byte[], byte[]>> records = reader.next(endExc);
                    !records.isEmpty();
                    records = reader.next(endExc)) {
                for (ConsumerRecord<byte[], byte[]> each : records) {
                    Position position = Position.of(each.headers());
                    if (each.offset() < endExc && position != null) {
                        last = position;
                    }
                }
            }
        }
        return last;
    }
}
