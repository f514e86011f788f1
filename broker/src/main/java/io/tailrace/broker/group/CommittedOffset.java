package io.tailrace.broker.group;

import java.util.UUID;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.jspecify.annotations.Nullable;

/** A committed offset as SQL shows it. Immutable. */
record CommittedOffset(
        String groupId,
        String topic,
        UUID topicUuid,
        int partition,
        long offset,
        int leaderEpoch,
        String metadata,
        long commitTimestampMs,
        long expireTimestampMs) {

    /** Null unless the record commits an offset. */
    static @Nullable CommittedOffset of(CoordinatorRecord record) {
        ApiMessageAndVersion message = record.value();
        if (message == null
                || !(record.key() instanceof OffsetCommitKey key)
                || !(message.message() instanceof OffsetCommitValue value)) {
            return null;
        }
        return new CommittedOffset(
                key.group(),
                key.topic(),
                new UUID(
                        value.topicId().getMostSignificantBits(),
                        value.topicId().getLeastSignificantBits()),
                key.partition(),
                value.offset(),
                value.leaderEpoch(),
                value.metadata(),
                value.commitTimestamp(),
                value.expireTimestamp());
    }
}
