package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.checkpoint.PartitionProgress;
import io.tailrace.forwarder.decode.BatchHeader;
import io.tailrace.forwarder.decode.LogBatch;
import io.tailrace.forwarder.route.Route;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * Which stored batches go to the target as they are. The others are taken apart: those of which not every record goes
 * (compaction, a sample), those that a target does not take from a producer (the broker's timestamps), and small ones,
 * whose records travel better together with others. Immutable.
 */
final class WholeBatches {
    /** A partition has no more than five batches on their way: fewer records or bytes are not worth one of these. */
    private static final int MANY_RECORDS = 32;

    private static final int MANY_BYTES = 16 << 10;

    private final boolean compressesAnew;

    /** @param compressesAnew whether what is stored without compression is to go to the target with it */
    WholeBatches(boolean compressesAnew) {
        this.compressesAnew = compressesAnew;
    }

    /** @throws io.tailrace.forwarder.decode.UnreadableRowException if the batch is not what it should be */
    boolean takes(Route route, PartitionProgress progress, LogBatch batch) {
        return isLarge(batch)
                && route.takesAll()
                && !progress.takesApart(batch.offset())
                && isAsAProducerSendsIt(batch);
    }

    private static boolean isLarge(LogBatch batch) {
        return batch.recordCount() >= MANY_RECORDS || batch.sizeBytes() >= MANY_BYTES;
    }

    private boolean isAsAProducerSendsIt(LogBatch batch) {
        DefaultRecordBatch header = BatchHeader.read(batch);
        return header.countOrNull() == batch.recordCount()
                && header.timestampType() == TimestampType.CREATE_TIME
                && header.baseTimestamp() >= RecordBatch.NO_TIMESTAMP
                && !(compressesAnew && header.compressionType() == CompressionType.NONE);
    }
}
