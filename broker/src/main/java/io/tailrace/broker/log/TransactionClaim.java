package io.tailrace.broker.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * The SQL by which an append joins its transactions: it updates their rows of {@code kafka.transaction_partitions}, which the
 * end of a transaction deletes. The row's lock is held to the commit, so one of the two comes first: either the end finds the
 * append's offsets, or the append finds no row. Stateless.
 */
final class TransactionClaim {

    private static final String SQL =
            """
            UPDATE kafka.transaction_partitions t
            SET first_offset = coalesce(t.first_offset, c.first_offset), last_offset = c.last_offset
            FROM unnest(?::bigint[], ?::int[], ?::int[], ?::bigint[], ?::bigint[], ?::bigint[])
                 AS c (producer_id, topic_id, partition_id, registration, first_offset, last_offset)
            WHERE t.producer_id = c.producer_id AND t.topic_id = c.topic_id AND t.partition_id = c.partition_id
              AND t.registration = c.registration
            RETURNING t.registration
            """;

    private TransactionClaim() {}

    /** Joins the transactions and returns those that have ended. */
    static Set<OpenTransaction> join(Connection connection, Collection<TransactionAppend> appends) throws SQLException {
        Set<OpenTransaction> ended = new HashSet<>();
        appends.forEach(append -> ended.add(append.transaction()));
        try (PreparedStatement statement = connection.prepareStatement(SQL)) {
            bind(new ArrayParameters(connection, statement), appends);
            Set<Long> joined = new HashSet<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    joined.add(rows.getLong(1));
                }
            }
            ended.removeIf(transaction -> joined.contains(transaction.registration()));
        }
        return ended;
    }

    private static void bind(ArrayParameters parameters, Collection<TransactionAppend> appends) throws SQLException {
        int count = appends.size();
        long[] producerIds = new long[count];
        int[] topicIds = new int[count];
        int[] partitionIds = new int[count];
        long[] registrations = new long[count];
        long[] firstOffsets = new long[count];
        long[] lastOffsets = new long[count];
        int i = 0;
        for (TransactionAppend append : appends) {
            producerIds[i] = append.transaction().producerId();
            topicIds[i] = append.partition().topicId();
            partitionIds[i] = append.partition().partition();
            registrations[i] = append.transaction().registration();
            firstOffsets[i] = append.firstOffset();
            lastOffsets[i] = append.lastOffset();
            i++;
        }
        parameters.bind(producerIds);
        parameters.bind(topicIds);
        parameters.bind(partitionIds);
        parameters.bind(registrations);
        parameters.bind(firstOffsets);
        parameters.bind(lastOffsets);
    }
}
