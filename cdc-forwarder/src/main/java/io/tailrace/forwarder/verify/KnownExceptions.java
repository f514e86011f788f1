package io.tailrace.forwarder.verify;

import io.tailrace.forwarder.refused.Retries;
import io.tailrace.forwarder.replay.RepeatedRanges;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * What of a partition is different on purpose: records that the target has refused and that were set aside, and places on the
 * target of records that were sent again. Asked only where the map knows no counterpart. Confined to one thread.
 */
final class KnownExceptions implements Exceptions {
    private final Connection connection;
    private final RepeatedRanges ranges;
    private final Retries refused;
    private final ForwardedPartition partition;
    private RepeatedRanges.Places places = RepeatedRanges.Places.NONE;

    KnownExceptions(Connection connection, String slot, ForwardedPartition partition) {
        this.connection = connection;
        this.ranges = new RepeatedRanges(slot);
        this.refused = new Retries(slot);
        this.partition = partition;
    }

    @Override
    public boolean isSetAside(long offset) throws SQLException {
        return !refused.offsets(connection, partition.topicId(), partition.partition(), offset, offset + 1)
                .isEmpty();
    }

    @Override
    public boolean isRepeated(long targetOffset) throws SQLException {
        if (!places.contains(targetOffset)) {
            places = ranges.covering(connection, partition.topicId(), partition.partition(), targetOffset);
        }
        return places.contains(targetOffset);
    }
}
