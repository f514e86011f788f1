package io.tailrace.forwarder.verify;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the log says when a partition turns red, and when it is green again. Stateless. */
final class Reports {
    private static final Logger LOGGER = LoggerFactory.getLogger(Reports.class);

    private Reports() {}

    /** @param partition as it was before */
    static void onVerified(ForwardedPartition partition, Verified now) {
        Verified before = partition.verified();
        Mismatch known = before == null ? null : before.first();
        Mismatch first = now.first();
        if (first != null && !first.equals(known)) {
            LOGGER.atError()
                    .addKeyValue("topic", partition.topic())
                    .addKeyValue("partition", partition.partition())
                    .addKeyValue("offset", first.sourceOffset())
                    .addKeyValue("targetOffset", first.targetOffset())
                    .addKeyValue("what", first.text())
                    .log("the target does not hold what the log holds; the partition is red in kafka.verification");
        } else if (first == null && known != null) {
            LOGGER.atInfo()
                    .addKeyValue("topic", partition.topic())
                    .addKeyValue("partition", partition.partition())
                    .log("the target holds what the log holds again; the partition is green");
        }
    }
}
