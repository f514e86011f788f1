package io.tailrace.broker.log;

import java.sql.SQLException;
import java.util.Collection;

/**
 * The SQL by which an append claims its offsets, and writes what is known of its producers.
 *
 * <p>The update of {@code kafka.partitions} is lock, fence and assignment in one: it finds each partition only where it
 * ends as memory thinks and where no later broker has taken it over. The row locks are held to the commit, so offsets
 * become visible in their order. The same statement asks whether the log is fenced for a migration, and takes the lock that
 * a fence waits for. Stateless.
 */
final class AppendClaim {

    /** Updates a row of {@code kafka.partitions} for each partition that is claimed. */
    static final String PARTITIONS =
            """
            UPDATE kafka.partitions p SET next_offset = c.next_offset
            FROM unnest(?::int[], ?::int[], ?::bigint[], ?::bigint[])
                 AS c (topic_id, partition_id, expected_offset, next_offset)
            WHERE p.topic_id = c.topic_id AND p.partition_id = c.partition_id
              AND p.next_offset = c.expected_offset AND p.lease_epoch = ? AND (SELECT kafka.may_append())
            """;

    /** A query for a WITH clause. */
    static final String SEQUENCES =
            """
            sequences AS (
                INSERT INTO kafka.producer_sequences AS s (topic_id, partition_id, producer_id, slot, producer_epoch,
                                                           last_sequence, last_offset, record_count, timestamp_ms)
                SELECT * FROM unnest(?::int[], ?::int[], ?::bigint[], ?::smallint[], ?::smallint[],
                                     ?::int[], ?::bigint[], ?::int[], ?::bigint[])
                ON CONFLICT (topic_id, partition_id, producer_id, slot) DO UPDATE
                SET producer_epoch = excluded.producer_epoch, last_sequence = excluded.last_sequence,
                    last_offset = excluded.last_offset, record_count = excluded.record_count,
                    timestamp_ms = excluded.timestamp_ms, updated_at = now()
            )""";

    private AppendClaim() {}

    /** Binds the parameters of {@link #SEQUENCES}. */
    static void bindSequences(ArrayParameters parameters, Collection<SequenceRow> rows) throws SQLException {
        int count = rows.size();
        int[] topicIds = new int[count];
        int[] partitionIds = new int[count];
        long[] producerIds = new long[count];
        short[] slots = new short[count];
        short[] epochs = new short[count];
        int[] lastSequences = new int[count];
        long[] lastOffsets = new long[count];
        int[] recordCounts = new int[count];
        long[] timestamps = new long[count];
        int i = 0;
        for (SequenceRow row : rows) {
            topicIds[i] = row.partition().topicId();
            partitionIds[i] = row.partition().partition();
            producerIds[i] = row.producerId();
            slots[i] = (short) row.slot();
            epochs[i] = row.epoch();
            lastSequences[i] = row.batch().lastSequence();
            lastOffsets[i] = row.batch().lastOffset();
            recordCounts[i] = row.batch().recordCount();
            timestamps[i] = row.batch().timestampMs();
            i++;
        }
        parameters.bind(topicIds);
        parameters.bind(partitionIds);
        parameters.bind(producerIds);
        parameters.bind(slots);
        parameters.bind(epochs);
        parameters.bind(lastSequences);
        parameters.bind(lastOffsets);
        parameters.bind(recordCounts);
        parameters.bind(timestamps);
    }

    /** Binds the parameters of {@link #PARTITIONS}. */
    static void bindPartitions(ArrayParameters parameters, Collection<AppendGroup.Change> changes, int leaseEpoch)
            throws SQLException {
        int count = changes.size();
        int[] topicIds = new int[count];
        int[] partitionIds = new int[count];
        long[] expectedOffsets = new long[count];
        long[] nextOffsets = new long[count];
        int i = 0;
        for (AppendGroup.Change change : changes) {
            topicIds[i] = change.partition().id().topicId();
            partitionIds[i] = change.partition().id().partition();
            expectedOffsets[i] = change.expectedOffset();
            nextOffsets[i] = change.nextOffset();
            i++;
        }
        parameters.bind(topicIds);
        parameters.bind(partitionIds);
        parameters.bind(expectedOffsets);
        parameters.bind(nextOffsets);
        parameters.bind(leaseEpoch);
    }
}
