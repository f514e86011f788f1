package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.catchup.LogTable;
import io.tailrace.forwarder.checkpoint.PartitionProgress;
import io.tailrace.forwarder.decode.LogRow;
import io.tailrace.forwarder.refused.Refusal;
import io.tailrace.forwarder.refused.SetAside;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The records that the target refused, where such records are set aside instead of tried again. A refusal holds its partition;
 * the try that follows, which is due at once, sets the record aside, and its offset becomes a hole. Where nothing is set
 * aside this does nothing. Confined to the thread that moves records. Owns: what sets records aside.
 */
final class Refusals implements AutoCloseable {
    private final LogTable table;
    private final @Nullable SetAside aside;
    private final Map<PartitionProgress, Refusal> noted = new HashMap<>();

    /** @param aside null if refused records stop their partition */
    Refusals(LogTable table, @Nullable SetAside aside) {
        this.table = table;
        this.aside = aside;
    }

    /** The target has refused the record at which the partition is held now. */
    void onRefused(String topic, PartitionProgress progress, long offset, Exception error) {
        if (aside != null) {
            String reason = String.valueOf(error.getMessage());
            noted.put(progress, new Refusal(topic, progress.topicId(), progress.partition(), offset, reason));
            progress.probeAt(System.nanoTime());
        }
    }

    /** Sets the partition's next record aside if it was refused. @return whether the partition can go on behind it */
    boolean setAside(Connection connection, PartitionProgress progress) throws SQLException {
        Refusal refusal = noted.remove(progress);
        if (aside == null || refusal == null || refusal.offset() != progress.next()) {
            return false;
        }
        long offset = refusal.offset();
        List<LogRow> rows = table.read(connection, progress.topicId(), progress.partition(), offset, offset + 1);
        if (rows.isEmpty()) {
            return false;
        }
        aside.accept(connection, refusal, rows.get(0));
        progress.skipTo(offset + 1);
        progress.release();
        return true;
    }

    @Override
    public void close() {
        if (aside != null) {
            aside.close();
        }
    }
}
