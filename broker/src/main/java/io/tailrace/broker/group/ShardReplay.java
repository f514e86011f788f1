package io.tailrace.broker.group;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecordSerde;
import org.apache.kafka.coordinator.common.runtime.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replays a shard's records into a coordinator that begins: in the order of their offsets, those that wait for the outcome of
 * a transaction last. Confined to one thread; for one use.
 */
final class ShardReplay {

    private static final Logger LOGGER = LoggerFactory.getLogger(ShardReplay.class);
    private static final int FETCH_ROWS = 1000;

    /** Kafka's own interval: what is replayed becomes final so often, or memory would keep every state in between. */
    private static final long COMMIT_INTERVAL = 16_384;

    private static final String COMMITTED =
            """
            SELECT record_offset, key, value, ?, ? FROM kafka.group_records
            WHERE shard = ? ORDER BY record_offset
            """;

    private static final String PENDING =
            """
            SELECT record_offset, key, value, producer_id, producer_epoch FROM kafka.group_pending_records
            WHERE shard = ? ORDER BY record_offset
            """;

    private final CoordinatorPlayback<CoordinatorRecord> playback;
    private final CoordinatorRecordSerde serde;
    private long finalOffset;
    private long count;

    ShardReplay(CoordinatorPlayback<CoordinatorRecord> playback, CoordinatorRecordSerde serde) {
        this.playback = playback;
        this.serde = serde;
    }

    /**
     * Does it.
     *
     * @param connection not in auto-commit mode, so that rows come a few at a time
     * @return the number of records
     */
    long run(Connection connection, int shard, ShardStore.Claim claim) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(COMMITTED)) {
            statement.setLong(1, RecordBatch.NO_PRODUCER_ID);
            statement.setShort(2, RecordBatch.NO_PRODUCER_EPOCH);
            statement.setInt(3, shard);
            replay(statement, true);
        }
        try (PreparedStatement statement = connection.prepareStatement(PENDING)) {
            statement.setInt(1, shard);
            replay(statement, false);
        }
        makeFinal(claim.logEndOffset());
        return count;
    }

    private void replay(PreparedStatement statement, boolean inOrder) throws SQLException {
        statement.setFetchSize(FETCH_ROWS);
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                long offset = rows.getLong(1);
                if (inOrder && offset - finalOffset >= COMMIT_INTERVAL) {
                    makeFinal(offset);
                }
                replay(offset, rows.getLong(4), rows.getShort(5), rows.getBytes(2), rows.getBytes(3));
            }
        }
    }

    private void replay(long offset, long producerId, short producerEpoch, byte[] key, byte[] value) {
        CoordinatorRecord record;
        try {
            record = serde.deserialize(ByteBuffer.wrap(key), ByteBuffer.wrap(value));
        } catch (Deserializer.UnknownRecordTypeException e) {
            LOGGER.atWarn()
                    .addKeyValue("type", e.unknownType())
                    .log("a record of a consumer group is of a type that this version does not know; it is left alone");
            return;
        }
        playback.replay(offset, producerId, producerEpoch, record);
        count++;
    }

    /** An empty log has no offset to name. */
    private void makeFinal(long nextOffset) {
        if (nextOffset > finalOffset) {
            playback.updateLastWrittenOffset(nextOffset);
            playback.updateLastCommittedOffset(nextOffset);
            finalOffset = nextOffset;
        }
    }
}
