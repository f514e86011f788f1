package io.tailrace.broker.cleaner;

import io.tailrace.broker.cleaner.CompactionStore.Row;
import io.tailrace.broker.log.LogRows;
import io.tailrace.broker.log.Partition;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Reads the rows that hold a range of offsets, a page of bounded size at a time. The first and the last row may reach over the
 * ends of the range. Confined to one thread.
 */
final class RowPages {

    /** A page ends with the batch that passes this; of a record only its key is read, or what stands for a long one. */
    private static final int PAGE_BYTES = 4 << 20;

    private final Partition partition;
    private final long endExc;
    private final int pageRows;
    private long from;
    private boolean begun;

    RowPages(Partition partition, long startInc, long endExc, int pageRows) {
        this.partition = partition;
        this.endExc = endExc;
        this.pageRows = pageRows;
        this.from = startInc;
    }

    /** Whether there may be more. */
    boolean isLeft() {
        return from < endExc;
    }

    /** The next rows. */
    List<Row> next(Connection connection) throws SQLException {
        if (!begun) {
            from = LogRows.startOf(connection, partition, from);
            begun = true;
        }
        List<Row> page = CompactionStore.page(connection, partition, from, endExc, pageRows, PAGE_BYTES);
        long bytes = page.stream().mapToLong(Row::batchBytes).sum();
        boolean cut = page.size() == pageRows || bytes >= PAGE_BYTES;
        from = cut ? page.get(page.size() - 1).endExc() : endExc;
        return page;
    }
}
