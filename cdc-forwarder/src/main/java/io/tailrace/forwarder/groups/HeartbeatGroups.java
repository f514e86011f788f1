package io.tailrace.forwarder.groups;

import io.tailrace.forwarder.sink.TargetSettings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Groups whose members keep to the protocol of KIP-848. A member that comes to the target with an epoch from here, because it
 * looked for its coordinator before it has heard that the epoch is fenced, begins anew where the group is one of that
 * protocol (UNKNOWN_MEMBER_ID); where it is not, or has offsets only, it is told that there is no such group, which librdkafka takes
 * for the end. A group is of that protocol once it has had such a member: so one joins, and leaves.
 *
 * <p>Confined to one thread.
 */
final class HeartbeatGroups {
    private static final Logger LOGGER = LoggerFactory.getLogger(HeartbeatGroups.class);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /**
     * Such groups that have committed something, each with a topic of the target. A key of the group coordinator begins with the
     * number of its kind; 3 is the metadata of a group of that protocol, and its group's name follows, after its length.
     */
    private static final String GROUPS =
            """
            SELECT DISTINCT ON (o.group_id) o.group_id, coalesce(f.target_name, t.name)
            FROM kafka.consumer_offsets o
                JOIN kafka.topics t ON t.id = o.topic_id AND t.deleted_at IS NULL
                LEFT JOIN kafka.forwarder_topics f ON f.forwarder = ? AND f.topic_id = o.topic_id
            WHERE o.group_id IN (SELECT convert_from(substring(r.key FROM 5), 'UTF8') FROM kafka.group_records r
                                 WHERE substring(r.key FROM 1 FOR 2) = '\\x0003')
              AND NOT EXISTS (SELECT FROM kafka.forwarder_groups g WHERE g.slot = ? AND g.group_id = o.group_id AND g.moved)
            ORDER BY o.group_id, o.topic_id""";

    private final String forwarder;
    private final TargetSettings settings;

    HeartbeatGroups(String forwarder, TargetSettings settings) {
        this.forwarder = forwarder;
        this.settings = settings;
    }

    /** Makes those groups of that kind at the target too, as far as it lets us; a group that has members there stays as it is. */
    int prepare(Connection connection, GroupTarget target) throws SQLException {
        Map<String, String> topics = read(connection);
        int prepared = 0;
        for (String group : topics.isEmpty() ? List.<String>of() : List.copyOf(target.inactive(topics.keySet()))) {
            String topic = topics.get(group);
            if (topic != null && join(group, topic)) {
                prepared++;
            }
        }
        return prepared;
    }

    private Map<String, String> read(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(GROUPS)) {
            statement.setString(1, forwarder);
            statement.setString(2, forwarder);
            Map<String, String> topics = new LinkedHashMap<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    topics.put(rows.getString(1), rows.getString(2));
                }
            }
            return topics;
        }
    }

    private boolean join(String group, String topic) {
        Map<String, Object> member = new HashMap<>(settings.consumer());
        member.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        member.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "consumer");
        member.put(ConsumerConfig.CLIENT_ID_CONFIG, "tailrace-cutover");
        member.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 1);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(member)) {
            consumer.subscribe(List.of(topic));
            long deadlineNs = System.nanoTime() + LIMIT.toNanos();
            while (consumer.groupMetadata().generationId() <= 0) {
                if (System.nanoTime() - deadlineNs >= 0) {
                    throw new KafkaException("no answer within " + LIMIT.toSeconds() + " s");
                }
                consumer.poll(POLL);
            }
            return true;
        } catch (KafkaException e) {
            LOGGER.atWarn()
                    .addKeyValue("group", group)
                    .addKeyValue("reason", e.getMessage())
                    .log(
                            "the group cannot be made one by KIP-848 at the target; its librdkafka consumers may end with the move");
            return false;
        }
    }
}
