package io.tailrace.forwarder.reverse;

import io.tailrace.forwarder.checkpoint.Checkpoint;
import io.tailrace.forwarder.offsets.OffsetRun;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * What has come of one partition: records, which get dense offsets here, and where the target goes on behind them. It may be
 * without records, where the target has only marks of transactions.
 *
 * @param after where both sides are when it is appended, with the runs of the offset map that are new
 */
record Piece(ReturningPartition of, List<ConsumerRecord<byte[], byte[]>> records, Checkpoint after) {
    Piece {
        records = List.copyOf(records);
    }

    /** @param targetNext the offset on the target from which on nothing of it is in here */
    static Piece of(ReturningPartition partition, List<ConsumerRecord<byte[], byte[]>> records, long targetNext) {
        List<OffsetRun> runs = new ArrayList<>();
        @Nullable OffsetRun last = partition.lastRun();
        long offset = partition.next();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (last == null || last.target(offset) != record.offset()) {
                last = new OffsetRun(offset, record.offset());
                runs.add(last);
            }
            offset++;
        }
        return new Piece(partition, records, new Checkpoint(partition.after(records.size(), targetNext), runs));
    }

    void onAppended() {
        of.onAppended(after);
    }
}
