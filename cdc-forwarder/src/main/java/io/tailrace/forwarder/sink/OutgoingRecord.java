package io.tailrace.forwarder.sink;

import io.tailrace.forwarder.decode.LogRow;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** A record, and who wants to know what becomes of it. */
record OutgoingRecord(LogRow row, Arrival arrival) {

    long timestampMs() {
        return row.timestampMs();
    }

    byte @Nullable [] key() {
        return row.key();
    }

    byte @Nullable [] value() {
        return row.value();
    }

    List<Header> headers() {
        return row.headers();
    }
}
