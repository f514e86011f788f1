package io.tailrace.forwarder.refused;

import io.tailrace.forwarder.decode.LogRow;
import io.tailrace.forwarder.sink.DeadLetterTopic;
import io.tailrace.forwarder.sink.TargetException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets refused records aside: into the table in any case, and into the dead-letter topic if there is one and it takes them.
 * Confined to the thread that moves records; blocks for the target's answer, for a bounded time. Owns: the topic's producer.
 */
public final class SetAside implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(SetAside.class);

    private final RefusedRecords table;
    private final @Nullable DeadLetterTopic topic;

    /**
     * @param forwarder the name under which the records stand in the table
     * @param topic null if there is none
     */
    public SetAside(String forwarder, @Nullable DeadLetterTopic topic) {
        this.table = new RefusedRecords(forwarder);
        this.topic = topic;
    }

    /** Sets a record aside. When this returns it is in the table. */
    public void accept(Connection connection, Refusal refusal, LogRow row) throws SQLException {
        table.insert(connection, refusal, row);
        if (topic != null && !table.isInTopic(connection, refusal)) {
            OptionalLong offset = send(topic, refusal, row);
            if (offset.isPresent()) {
                table.onInTopic(connection, refusal, topic.name(), offset.getAsLong());
            }
        }
        LOGGER.atError()
                .addKeyValue("topic", refusal.topic())
                .addKeyValue("partition", refusal.partition())
                .addKeyValue("offset", refusal.offset())
                .addKeyValue("reason", refusal.reason())
                .log(
                        "a record that the target refuses was set aside in kafka.refused_records, and its partition goes on without it; look at it there, and decide what becomes of it");
    }

    private static OptionalLong send(DeadLetterTopic topic, Refusal refusal, LogRow row) {
        try {
            return OptionalLong.of(topic.send(refusal.topic(), row, refusal.reason()));
        } catch (TargetException failed) {
            LOGGER.atWarn()
                    .addKeyValue("topic", topic.name())
                    .addKeyValue("reason", failed.getMessage())
                    .log("the dead-letter topic does not take a refused record; it is in kafka.refused_records only");
            return OptionalLong.empty();
        }
    }

    @Override
    public void close() {
        if (topic != null) {
            topic.close();
        }
    }
}
