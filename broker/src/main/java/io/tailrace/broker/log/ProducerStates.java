package io.tailrace.broker.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Reads the producers that a partition remembers, for administrators. Blocks on Postgres; thread-safe. */
public final class ProducerStates {

    /**
     * An idempotent or transactional producer.
     *
     * @param coordinatorEpoch of the last marker that an administrator wrote, or −1
     * @param transactionStartOffset the first offset of its open transaction, or −1
     */
    public record ActiveProducer(
            long producerId,
            short epoch,
            int lastSequence,
            long lastTimestampMs,
            int coordinatorEpoch,
            long transactionStartOffset) {}

    private static final String SQL =
            """
            SELECT DISTINCT ON (s.producer_id) s.producer_id, s.producer_epoch, s.last_sequence, s.timestamp_ms,
                   max(s.coordinator_epoch) OVER (PARTITION BY s.producer_id), coalesce(o.first_offset, -1)
            FROM kafka.producer_sequences s
                LEFT JOIN kafka.transaction_partitions o
                    ON o.producer_id = s.producer_id AND o.topic_id = s.topic_id AND o.partition_id = s.partition_id
            WHERE s.topic_id = ? AND s.partition_id = ?
            ORDER BY s.producer_id, s.last_offset DESC
            """;

    private final DataSource dataSource;

    public ProducerStates(DataSource generalPool) {
        this.dataSource = generalPool;
    }

    /** In the order of their ids. */
    public List<ActiveProducer> of(Partition partition) throws SQLException {
        List<ActiveProducer> producers = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(SQL)) {
            statement.setInt(1, partition.id().topicId());
            statement.setInt(2, partition.id().partition());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    producers.add(new ActiveProducer(
                            rows.getLong(1),
                            rows.getShort(2),
                            rows.getInt(3),
                            rows.getLong(4),
                            rows.getInt(5),
                            rows.getLong(6)));
                }
            }
        }
        return producers;
    }
}
