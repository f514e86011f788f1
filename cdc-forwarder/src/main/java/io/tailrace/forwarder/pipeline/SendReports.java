package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.checkpoint.Delivery;
import io.tailrace.forwarder.checkpoint.PartitionProgress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** What the log says of the target's answers. Stateless. */
final class SendReports {
    private static final Logger LOGGER = LoggerFactory.getLogger(SendReports.class);

    private SendReports() {}

    static void onShared(String topic, Delivery delivery, long expected) {
        about(LOGGER.atWarn(), topic, delivery.progress())
                .addKeyValue("expectedOffset", expected)
                .addKeyValue("offset", delivery.targetOffset())
                .log(
                        "somebody else writes to the target's partition; what is sent again after a crash may be there twice");
    }

    static void onRefused(String topic, Delivery delivery, Exception error) {
        about(LOGGER.atError(), topic, delivery.progress())
                .addKeyValue("offset", delivery.offset())
                .addKeyValue("reason", error.getMessage())
                .log(
                        "the target refuses a record; nothing is skipped, and nothing more of its partition is sent until it passes");
    }

    static void onTakenApart(String topic, Delivery delivery, Exception error) {
        about(LOGGER.atInfo(), topic, delivery.progress())
                .addKeyValue("fromOffset", delivery.offset())
                .addKeyValue("toOffset", delivery.endExc())
                .addKeyValue("reason", error.getMessage())
                .log("the target refuses a batch as it is stored; its records are sent one by one");
    }

    private static LoggingEventBuilder about(LoggingEventBuilder line, String topic, PartitionProgress progress) {
        return line.addKeyValue("topic", topic).addKeyValue("partition", progress.partition());
    }
}
