package io.tailrace.forwarder.reverse;

import io.tailrace.forwarder.checkpoint.Checkpoint;
import io.tailrace.forwarder.checkpoint.Position;
import io.tailrace.forwarder.offsets.OffsetRun;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** A partition whose records come back: where it ends here, and what comes next of the target's. Confined to one thread. */
final class ReturningPartition {
    private final TopicPartition target;
    private Position position;
    private @Nullable OffsetRun lastRun;
    private boolean filled;

    /**
     * @param target the partition there
     * @param position where both sides are
     * @param lastRun of its offset map, if it has any
     */
    ReturningPartition(TopicPartition target, Position position, @Nullable OffsetRun lastRun) {
        this.target = target;
        this.position = position;
        this.lastRun = lastRun;
    }

    TopicPartition target() {
        return target;
    }

    int topicId() {
        return position.topicId();
    }

    int partition() {
        return position.partition();
    }

    /** The offset that the next record gets here. */
    long next() {
        return position.nextOffset();
    }

    /** The offset from which on the target is read; null where nothing of ours ever went there. */
    @Nullable
    Long targetNext() {
        return position.targetNextOffset();
    }

    @Nullable
    OffsetRun lastRun() {
        return lastRun;
    }

    /** Whether something has come back since this began. */
    boolean isFilled() {
        return filled;
    }

    /** The position behind so many records more, which the target has below {@code targetNext}. */
    Position after(int records, long targetNext) {
        return new Position(topicId(), partition(), next() + records, targetNext, position.shared());
    }

    /** It is committed. */
    void onAppended(Checkpoint checkpoint) {
        filled |= checkpoint.position().nextOffset() > next();
        position = checkpoint.position();
        List<OffsetRun> runs = checkpoint.runs();
        if (!runs.isEmpty()) {
            lastRun = runs.get(runs.size() - 1);
        }
    }
}
