package io.tailrace.forwarder.route;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A topic's way to the target.
 *
 * @param topicId the topic's number here
 * @param topic its name here
 * @param target its name on the target
 * @param percentage of its partitions that are forwarded
 * @param samplePercentage of its records that are forwarded
 * @param obstacle why nothing of it is forwarded, or null
 */
public record Route(
        int topicId, String topic, String target, int percentage, int samplePercentage, @Nullable String obstacle) {

    public boolean isForwarded() {
        return obstacle == null;
    }

    public boolean forwards(int partition) {
        return obstacle == null && (percentage >= 100 || Dial.takes(topic, partition, percentage));
    }

    /** Whether the record is forwarded, if its partition is. */
    public boolean takes(int partition, long offset) {
        return Sample.takes(topicId, partition, offset, samplePercentage);
    }

    /** Whether every record is forwarded, if its partition is. */
    public boolean takesAll() {
        return samplePercentage >= 100;
    }

    /** Of so many partitions those that are forwarded. */
    public List<Integer> partitions(int count) {
        return IntStream.range(0, count).filter(this::forwards).boxed().toList();
    }
}
