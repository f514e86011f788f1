package io.tailrace.broker.group;

import io.tailrace.config.GroupSettings;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;

/** The section {@code [groups]} under Kafka's names. Stateless. */
public final class CoordinatorSettings {

    private CoordinatorSettings() {}

    /** All of its settings; what it does not name has Kafka's default. */
    public static Map<String, String> of(GroupSettings settings) {
        Map<String, String> values = new HashMap<>();
        values.put(GroupCoordinatorConfig.GROUP_COORDINATOR_NUM_THREADS_CONFIG, text(settings.threads()));
        values.put(
                GroupCoordinatorConfig.OFFSETS_RETENTION_MINUTES_CONFIG,
                text(settings.offsetsRetention().toMinutes()));
        values.put(
                GroupCoordinatorConfig.OFFSETS_RETENTION_CHECK_INTERVAL_MS_CONFIG,
                text(settings.offsetsRetentionCheckInterval().toMillis()));
        values.put(GroupCoordinatorConfig.OFFSET_METADATA_MAX_SIZE_CONFIG, text(settings.offsetMetadataMaxBytes()));
        values.put(GroupCoordinatorConfig.GROUP_MAX_SIZE_CONFIG, text(settings.maxSize()));
        values.put(GroupCoordinatorConfig.CONSUMER_GROUP_MAX_SIZE_CONFIG, text(settings.maxSize()));
        values.put(
                GroupCoordinatorConfig.GROUP_MIN_SESSION_TIMEOUT_MS_CONFIG,
                text(settings.minSessionTimeout().toMillis()));
        values.put(
                GroupCoordinatorConfig.GROUP_MAX_SESSION_TIMEOUT_MS_CONFIG,
                text(settings.maxSessionTimeout().toMillis()));
        values.put(
                GroupCoordinatorConfig.GROUP_INITIAL_REBALANCE_DELAY_MS_CONFIG,
                text(settings.initialRebalanceDelay().toMillis()));
        putConsumerTimes(
                values,
                settings.consumerSessionTimeout().toMillis(),
                settings.consumerHeartbeatInterval().toMillis());
        return values;
    }

    /** Kafka wants each between its own least and greatest value, which a group of its own settings may go to. */
    private static void putConsumerTimes(Map<String, String> values, long sessionMs, long heartbeatMs) {
        values.put(GroupCoordinatorConfig.CONSUMER_GROUP_SESSION_TIMEOUT_MS_CONFIG, text(sessionMs));
        values.put(
                GroupCoordinatorConfig.CONSUMER_GROUP_MIN_SESSION_TIMEOUT_MS_CONFIG,
                text(Math.min(sessionMs, GroupCoordinatorConfig.CONSUMER_GROUP_MIN_SESSION_TIMEOUT_MS_DEFAULT)));
        values.put(
                GroupCoordinatorConfig.CONSUMER_GROUP_MAX_SESSION_TIMEOUT_MS_CONFIG,
                text(Math.max(sessionMs, GroupCoordinatorConfig.CONSUMER_GROUP_MAX_SESSION_TIMEOUT_MS_DEFAULT)));
        values.put(GroupCoordinatorConfig.CONSUMER_GROUP_HEARTBEAT_INTERVAL_MS_CONFIG, text(heartbeatMs));
        values.put(
                GroupCoordinatorConfig.CONSUMER_GROUP_MIN_HEARTBEAT_INTERVAL_MS_CONFIG,
                text(Math.min(heartbeatMs, GroupCoordinatorConfig.CONSUMER_GROUP_MIN_HEARTBEAT_INTERVAL_MS_DEFAULT)));
        values.put(
                GroupCoordinatorConfig.CONSUMER_GROUP_MAX_HEARTBEAT_INTERVAL_MS_CONFIG,
                text(Math.max(heartbeatMs, GroupCoordinatorConfig.CONSUMER_GROUP_MAX_HEARTBEAT_INTERVAL_MS_DEFAULT)));
    }

    private static String text(long value) {
        return Long.toString(value);
    }
}
