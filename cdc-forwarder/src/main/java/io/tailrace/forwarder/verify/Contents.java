package io.tailrace.forwarder.verify;

import io.tailrace.forwarder.decode.LogRow;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Compares what records hold, whatever their offsets: null and empty differ, and so does the order of headers. */
final class Contents {
    private Contents() {}

    static boolean same(LogRow one, LogRow other) {
        return one.timestampMs() == other.timestampMs()
                && Arrays.equals(one.key(), other.key())
                && Arrays.equals(one.value(), other.value())
                && one.headers().equals(other.headers());
    }

    /** In what the contents differ; empty where they are the same. */
    static Set<Difference> differences(LogRow one, LogRow other) {
        Set<Difference> differences = EnumSet.noneOf(Difference.class);
        if (!Arrays.equals(one.key(), other.key())) {
            differences.add(Difference.KEY);
        }
        if (!Arrays.equals(one.value(), other.value())) {
            differences.add(Difference.VALUE);
        }
        if (!one.headers().equals(other.headers())) {
            differences.add(Difference.HEADERS);
        }
        if (one.timestampMs() != other.timestampMs()) {
            differences.add(Difference.TIMESTAMP);
        }
        return differences;
    }

    /** The bytes of key, value and headers. */
    static long bytes(LogRow record) {
        long bytes = length(record.key()) + length(record.value());
        for (Header header : record.headers()) {
            bytes += header.key().length() + length(header.value());
        }
        return bytes;
    }

    private static long length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
