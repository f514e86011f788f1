package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.decode.LogRow;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Whether a record of the target is that of a row. Stateless. */
final class SameRecord {
    private SameRecord() {}

    static boolean test(LogRow row, ConsumerRecord<byte[], byte[]> record) {
        return row.timestampMs() == record.timestamp()
                && Arrays.equals(row.key(), record.key())
                && Arrays.equals(row.value(), record.value())
                && row.headers().equals(List.of(record.headers().toArray()));
    }
}
