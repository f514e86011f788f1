package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.checkpoint.PartitionProgress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says what was not forwarded of topics that are deleted. The stream brings the rows of a deleted topic as those of any
 * other; but what had to wait for a transaction would have to be read from the table, and that has gone. Confined to
 * the thread that moves records.
 */
final class DeletedTopics {
    private static final Logger LOGGER = LoggerFactory.getLogger(DeletedTopics.class);

    private final Flows flows;
    private final Map<Integer, Long> missed = new LinkedHashMap<>();

    DeletedTopics(Flows flows) {
        this.flows = flows;
    }

    /** Nothing follows in this partition; the last offset that came down the stream was {@code lastOffset}. */
    void onMissed(PartitionProgress progress, long lastOffset) {
        long offsets = lastOffset + 1 - progress.next();
        if (offsets > 0) {
            missed.merge(progress.topicId(), offsets, Long::sum);
            progress.skipTo(lastOffset + 1);
        }
    }

    /** One line for each topic. */
    void report() {
        missed.forEach(
                (topicId, offsets) -> LOGGER.atWarn()
                        .addKeyValue("topic", flows.name(topicId))
                        .addKeyValue("offsets", offsets)
                        .log(
                                "topic was deleted before its last offsets were forwarded: they waited for transactions, and what was committed of them is not on the target"));
        missed.clear();
    }
}
