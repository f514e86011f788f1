package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.checkpoint.Delivery;
import io.tailrace.forwarder.decode.LogRow;
import io.tailrace.forwarder.replay.RepeatedRange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records that are on their way to the target once more. Once it is begun all of them go, in their order and before anything
 * else of their partition, whatever comes between: what a dead process had on its way may land as long as its successor sends
 * the same with the same sequences (ADR 15). Only where the target refuses one it ends before that. Confined to the thread that
 * moves records.
 */
final class RepeatedPiece {
    private final RepeatedRange range;
    private final List<LogRow> rows;
    private final List<Delivery> sent = new ArrayList<>();
    /** How many of the rows are on the target. */
    private int arrived;
    /** How many of the rows can get there. */
    private int limit;

    private @Nullable Exception refusal;

    RepeatedPiece(RepeatedRange range, List<LogRow> rows) {
        this.range = range;
        this.rows = List.copyOf(rows);
        this.limit = rows.size();
    }

    RepeatedRange range() {
        return range;
    }

    List<LogRow> rows() {
        return rows;
    }

    /** So many of the rows were found on the target, from the first on. */
    void onArrived(int found) {
        arrived = Math.min(found, limit);
    }

    int arrived() {
        return arrived;
    }

    List<LogRow> missing() {
        return rows.subList(arrived, limit);
    }

    void onSent(Delivery delivery) {
        sent.add(delivery);
    }

    /** What was sent has no answer for so long that it is to be found out from the target what has arrived. */
    void forgetAnswers() {
        sent.clear();
    }

    /** Everything that was sent has its answer. */
    void onAnswers() {
        for (Delivery delivery : sent) {
            Exception error = delivery.error();
            if (error != null) {
                refusal = error;
                limit = indexOf(delivery.offset());
            }
        }
        sent.clear();
    }

    private int indexOf(long offset) {
        int index = 0;
        while (rows.get(index).offset() != offset) {
            index++;
        }
        return index;
    }

    /** How many records it is. */
    int count() {
        return limit;
    }

    /** The first offset of the log that is not among what was sent. */
    long sourceTo() {
        return refusal == null ? range.sourceTo() : rows.get(limit).offset();
    }

    /** Why it ends before its last row, or null. */
    @Nullable
    String refusal() {
        return refusal == null ? null : String.valueOf(refusal.getMessage());
    }
}
