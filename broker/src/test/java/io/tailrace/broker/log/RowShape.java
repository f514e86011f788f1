package io.tailrace.broker.log;

import java.util.List;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** What a log's rows hold. */
public enum RowShape {
    /** A record each. */
    RECORDS,
    /** A batch each. */
    BATCHES,
    /** Now the one, now the other. */
    MIXED;

    private static final int LEAST_PIECE = 2;
    private static final int PIECES = 4;

    /** Appends records, in one piece or in several. @return the offset of the first */
    public long append(LogFixture log, Partition partition, List<SimpleRecord> records) throws Exception {
        return switch (this) {
            case RECORDS -> log.append(partition, records);
            case BATCHES -> StoredRows.appendBatch(log, partition, CompressionType.GZIP, records);
            case MIXED -> appendMixed(log, partition, records);
        };
    }

    private static long appendMixed(LogFixture log, Partition partition, List<SimpleRecord> records) throws Exception {
        long first = partition.highWatermark();
        int size = Math.max(LEAST_PIECE, records.size() / PIECES);
        for (int from = 0; from < records.size(); from += size) {
            List<SimpleRecord> piece = records.subList(from, Math.min(records.size(), from + size));
            if (from / size % 2 == 0) {
                StoredRows.appendBatch(log, partition, CompressionType.NONE, piece);
            } else {
                log.append(partition, piece);
            }
        }
        return first;
    }
}
