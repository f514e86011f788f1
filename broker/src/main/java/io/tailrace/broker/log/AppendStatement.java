package io.tailrace.broker.log;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.postgresql.util.ByteStreamWriter;

/**
 * The SQL of a small append: one statement claims the offsets and writes the rows, and is a transaction of its own. So it costs one
 * round trip, where BEGIN with the claim, COPY, its data and COMMIT cost four. Large appends are cheaper by COPY.
 *
 * <p>The rows are those that were made for COPY. They go to Postgres as one parameter, out of which it takes keys, values, headers
 * and batches; their numbers go as arrays. Stateless.
 */
final class AppendStatement {

    /** The SQLSTATE of {@code kafka.require_claims}. */
    static final String NOT_CLAIMED = "TR001";

    /** Of more rows, and larger ones, COPY takes no longer (measured: docs/adr/0033). */
    private static final int MAX_ROWS = 64;

    private static final int MAX_BYTES = 256 * 1024;

    private static final String CLAIM =
            "WITH " + AppendClaim.SEQUENCES + ", claimed AS (\n" + AppendClaim.PARTITIONS + "RETURNING true)\n";

    private static final String IF_CLAIMED = "WHERE kafka.require_claims((SELECT count(*) FROM claimed), ?)";

    private static final String INSERT_RECORDS = CLAIM
            + """
            INSERT INTO kafka.messages (topic_id, partition_id, partition_offset, key, value, headers, timestamp_ms,
                                        attributes, global_offset)
            SELECT r.topic_id, r.partition_id, r.partition_offset,
                   substring(d.bytes FROM r.key_start FOR nullif(r.key_length, -1)),
                   substring(d.bytes FROM r.value_start FOR nullif(r.value_length, -1)),
                   convert_from(substring(d.bytes FROM r.headers_start FOR nullif(r.headers_length, -1)), 'UTF8')::jsonb,
                   r.timestamp_ms, r.attributes, r.global_offset
            FROM (SELECT ?::bytea AS bytes) AS d,
                 unnest(?::int[], ?::int[], ?::bigint[], ?::int[], ?::int[], ?::int[], ?::int[], ?::int[], ?::int[],
                        ?::bigint[], ?::smallint[], ?::bigint[])
                 AS r (topic_id, partition_id, partition_offset, key_start, key_length, value_start, value_length,
                       headers_start, headers_length, timestamp_ms, attributes, global_offset)
            """
            + IF_CLAIMED;

    private static final String INSERT_BATCHES = CLAIM
            + """
            INSERT INTO kafka.messages (topic_id, partition_id, partition_offset, record_count, timestamp_ms, batch,
                                        attributes, global_offset)
            SELECT r.topic_id, r.partition_id, r.partition_offset, r.record_count, r.timestamp_ms,
                   substring(d.bytes FROM r.batch_start FOR r.batch_length), r.attributes, r.global_offset
            FROM (SELECT ?::bytea AS bytes) AS d,
                 unnest(?::int[], ?::int[], ?::bigint[], ?::int[], ?::bigint[], ?::int[], ?::int[], ?::smallint[],
                        ?::bigint[])
                 AS r (topic_id, partition_id, partition_offset, record_count, timestamp_ms, batch_start, batch_length,
                       attributes, global_offset)
            """
            + IF_CLAIMED;

    private AppendStatement() {}

    /** Whether a group is small enough, has rows of one shape only, and belongs to no transaction. */
    static boolean fits(AppendGroup group) {
        GroupRows rows = group.rows();
        return rows.bytes() <= MAX_BYTES
                && rows.records().hasRows() != rows.batches().hasRows()
                && group.transactions().isEmpty()
                && new CopyRows(rowsOf(group)).count(MAX_ROWS) <= MAX_ROWS;
    }

    private static CopyBuffer rowsOf(AppendGroup group) {
        GroupRows rows = group.rows();
        return rows.records().hasRows() ? rows.records() : rows.batches();
    }

    /**
     * Writes the group.
     *
     * @param connection in auto-commit mode
     * @throws SQLException also where a partition could not be claimed ({@link #NOT_CLAIMED})
     */
    static void execute(Connection connection, AppendGroup group, int leaseEpoch) throws SQLException {
        boolean records = group.rows().records().hasRows();
        try (PreparedStatement statement = connection.prepareStatement(records ? INSERT_RECORDS : INSERT_BATCHES)) {
            ArrayParameters parameters = new ArrayParameters(connection, statement);
            AppendClaim.bindSequences(parameters, group.sequences());
            AppendClaim.bindPartitions(parameters, group.changes(), leaseEpoch);
            CopyBuffer rows = rowsOf(group);
            parameters.bind(ByteStreamWriter.of(ByteBuffer.wrap(rows.array(), 0, rows.size())));
            if (records) {
                bindRecords(parameters, rows);
            } else {
                bindBatches(parameters, rows);
            }
            parameters.bind(group.changes().size());
            statement.executeUpdate();
        }
    }

    private static void bindRecords(ArrayParameters parameters, CopyBuffer rows) throws SQLException {
        int count = new CopyRows(rows).count(MAX_ROWS);
        int[] topicIds = new int[count];
        int[] partitionIds = new int[count];
        long[] offsets = new long[count];
        Slices keys = new Slices(count);
        Slices values = new Slices(count);
        Slices headers = new Slices(count);
        long[] timestamps = new long[count];
        short[] attributes = new short[count];
        long[] globalOffsets = new long[count];
        CopyRows row = new CopyRows(rows);
        for (int i = 0; row.next(); i++) {
            topicIds[i] = row.intField();
            partitionIds[i] = row.intField();
            offsets[i] = row.longField();
            keys.take(i, row, 0);
            values.take(i, row, 0);
            headers.take(i, row, CopyBuffer.JSONB_VERSION_BYTES);
            timestamps[i] = row.longField();
            attributes[i] = row.shortField();
            globalOffsets[i] = row.longField();
        }
        parameters.bind(topicIds);
        parameters.bind(partitionIds);
        parameters.bind(offsets);
        keys.bind(parameters);
        values.bind(parameters);
        headers.bind(parameters);
        parameters.bind(timestamps);
        parameters.bind(attributes);
        parameters.bind(globalOffsets);
    }

    private static void bindBatches(ArrayParameters parameters, CopyBuffer rows) throws SQLException {
        int count = new CopyRows(rows).count(MAX_ROWS);
        int[] topicIds = new int[count];
        int[] partitionIds = new int[count];
        long[] offsets = new long[count];
        int[] recordCounts = new int[count];
        long[] timestamps = new long[count];
        Slices batches = new Slices(count);
        short[] attributes = new short[count];
        long[] globalOffsets = new long[count];
        CopyRows row = new CopyRows(rows);
        for (int i = 0; row.next(); i++) {
            topicIds[i] = row.intField();
            partitionIds[i] = row.intField();
            offsets[i] = row.longField();
            recordCounts[i] = row.intField();
            timestamps[i] = row.longField();
            batches.take(i, row, 0);
            attributes[i] = row.shortField();
            globalOffsets[i] = row.longField();
        }
        parameters.bind(topicIds);
        parameters.bind(partitionIds);
        parameters.bind(offsets);
        parameters.bind(recordCounts);
        parameters.bind(timestamps);
        batches.bind(parameters);
        parameters.bind(attributes);
        parameters.bind(globalOffsets);
    }

    /** Where the values of a column are among the bytes, as {@code substring} counts: from 1. */
    private static final class Slices {

        private final int[] starts;
        private final int[] lengths;

        Slices(int count) {
            this.starts = new int[count];
            this.lengths = new int[count];
        }

        /** Takes the row's next field, without so many bytes at its start. */
        void take(int i, CopyRows row, int without) {
            row.field();
            starts[i] = row.start() + without + 1;
            lengths[i] = row.length() < 0 ? row.length() : row.length() - without;
        }

        void bind(ArrayParameters parameters) throws SQLException {
            parameters.bind(starts);
            parameters.bind(lengths);
        }
    }
}
