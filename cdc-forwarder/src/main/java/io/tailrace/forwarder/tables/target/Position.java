package io.tailrace.forwarder.tables.target;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.LogSequenceNumber;

/**
 * The identity of a change, and its place in the order of all changes: Postgres sends transactions in the order of their
 * commits, and the changes of one always in the same order. Each record carries it as two headers. Immutable.
 *
 * @param lsn of the transaction's commit
 * @param ordinal of the change within the transaction, from 1
 */
public record Position(long lsn, long ordinal) implements Comparable<Position> {
    /** Before every change. */
    public static final Position START = new Position(0, 0);

    public static final String LSN_HEADER = "tailrace.lsn";
    public static final String ORDINAL_HEADER = "tailrace.ordinal";

    List<Header> headers() {
        return List.of(
                new RecordHeader(
                        LSN_HEADER, bytes(LogSequenceNumber.valueOf(lsn).asString())),
                new RecordHeader(ORDINAL_HEADER, bytes(Long.toString(ordinal))));
    }

    /** The position that a record carries, or null if it carries none. */
    static @Nullable Position of(Headers headers) {
        Header lsn = headers.lastHeader(LSN_HEADER);
        Header ordinal = headers.lastHeader(ORDINAL_HEADER);
        if (lsn == null || ordinal == null || lsn.value() == null || ordinal.value() == null) {
            return null;
        }
        try {
            return new Position(LogSequenceNumber.valueOf(text(lsn)).asLong(), Long.parseLong(text(ordinal)));
        } catch (RuntimeException notOurs) {
            return null;
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String text(Header header) {
        return new String(header.value(), StandardCharsets.US_ASCII);
    }

    @Override
    public int compareTo(Position other) {
        int byLsn = Long.compareUnsigned(lsn, other.lsn);
        return byLsn != 0 ? byLsn : Long.compare(ordinal, other.ordinal);
    }
}
