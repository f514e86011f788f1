package io.tailrace.broker.log;

import java.sql.SQLException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;

/** Where a partition's records are read from, by offset. Thread-safe. */
public interface RecordSource {

    /**
     * Reads from an offset on what is in memory; never blocks. Otherwise as {@link #read}.
     *
     * @return null where Postgres has to be asked
     */
    @Nullable
    MemoryRecords recent(Partition partition, long startOffset, long endOffsetExc, int maxBytes);

    /**
     * Reads from an offset on: whole records, and whole batches, of which the first may begin before the offset. Blocks.
     *
     * @param endOffsetExc where to end: the high watermark, or the last stable offset
     * @param maxBytes how large the result may be, unless its first record or batch alone is larger
     * @return in the order of their offsets; empty only where start and end are the same
     */
    MemoryRecords read(Partition partition, long startOffset, long endOffsetExc, int maxBytes) throws SQLException;
}
