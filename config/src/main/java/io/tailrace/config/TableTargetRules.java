package io.tailrace.config;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What must hold in section {@code [kafka]} of {@code tailrace tables}, and what of it has no meaning for our producer. */
final class TableTargetRules {
    /** Left out, as their values are fixed: acknowledged by all, in order, tried until it is there. */
    static final Set<String> REPLACED = Set.of(
            "acks",
            "request.required.acks",
            "retries",
            "message.send.max.retries",
            "delivery.timeout.ms",
            "message.timeout.ms",
            "enable.idempotence",
            "max.in.flight.requests.per.connection",
            "buffer.memory",
            "partitioner.class",
            "partitioner");

    private static final Pattern SERVER = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^\\s:/\\[\\]]+):\\d{1,5}");

    private TableTargetRules() {}

    static void checkNames(String brokers, String topicPrefix, List<String> problems) {
        if (!topicPrefix.matches("[a-zA-Z0-9._-]{1,200}")) {
            problems.add(
                    "kafka.topic_prefix = \"%s\": a topic's name takes letters, digits, dots, underscores and hyphens"
                            .formatted(topicPrefix));
        }
        for (String server : brokers.split(",", -1)) {
            if (!SERVER.matcher(server.strip()).matches()) {
                problems.add("kafka.brokers: \"%s\" is not an address like kafka-1:9092".formatted(server.strip()));
            }
        }
    }
}
