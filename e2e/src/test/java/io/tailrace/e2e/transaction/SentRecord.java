package io.tailrace.e2e.transaction;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;

/**
 * A record of a transaction, as it is told from all others: its value is {@code transaction/index}, and
 * {@code transaction/index@partition:offset} where it was made from a consumed record.
 *
 * @param transaction names one transaction of one life of a worker
 * @param index within the transaction, from 0
 * @param source {@code partition:offset} of the record that was consumed, or empty
 */
public record SentRecord(String transaction, int index, String source) {

    private static final Pattern TEXT = Pattern.compile("([^/]+)/(\\d+)(?:@(.+))?");

    public static SentRecord parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a record of a transaction: " + text);
        }
        String source = matcher.group(3);
        return new SentRecord(matcher.group(1), Integer.parseInt(matcher.group(2)), source == null ? "" : source);
    }

    /** What {@link #source} says of a record of an input topic. */
    public static String source(TopicPartition partition, long offset) {
        return partition.partition() + ":" + offset;
    }

    public String text() {
        return transaction + "/" + index + (source.isEmpty() ? "" : "@" + source);
    }
}
