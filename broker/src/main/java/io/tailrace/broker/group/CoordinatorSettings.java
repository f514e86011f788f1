package io.tailrace.broker.group;

import io.tailrace.config.GroupSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;

/** Our settings under Kafka's names; what we do not name has Kafka's default. */
final class CoordinatorSettings {

    private CoordinatorSettings() {}

    static GroupCoordinatorConfig of(GroupSettings settings) {
        Map<String, Object> values = new HashMap<>();
        values.put(GroupCoordinatorConfig.GROUP_COORDINATOR_NUM_THREADS_CONFIG, settings.threads());
        values.put(
                GroupCoordinatorConfig.OFFSETS_RETENTION_MINUTES_CONFIG,
                Math.toIntExact(settings.offsetsRetention().toMinutes()));
        values.put(
                GroupCoordinatorConfig.OFFSETS_RETENTION_CHECK_INTERVAL_MS_CONFIG,
                settings.offsetsRetentionCheckInterval().toMillis());
        values.put(GroupCoordinatorConfig.OFFSET_METADATA_MAX_SIZE_CONFIG, settings.offsetMetadataMaxBytes());
        values.put(GroupCoordinatorConfig.GROUP_MAX_SIZE_CONFIG, settings.maxSize());
        values.put(GroupCoordinatorConfig.CONSUMER_GROUP_MAX_SIZE_CONFIG, settings.maxSize());
        values.put(GroupCoordinatorConfig.GROUP_MIN_SESSION_TIMEOUT_MS_CONFIG, ms(settings.minSessionTimeout()));
        values.put(GroupCoordinatorConfig.GROUP_MAX_SESSION_TIMEOUT_MS_CONFIG, ms(settings.maxSessionTimeout()));
        values.put(
                GroupCoordinatorConfig.GROUP_INITIAL_REBALANCE_DELAY_MS_CONFIG, ms(settings.initialRebalanceDelay()));
        putConsumerTimes(values, ms(settings.consumerSessionTimeout()), ms(settings.consumerHeartbeatInterval()));
        return new GroupCoordinatorConfig(new AbstractConfig(GroupCoordinatorConfig.CONFIG_DEF, values, false));
    }

    /** Kafka wants each between its own least and greatest value, which a group of its own settings may go to. */
    private static void putConsumerTimes(Map<String, Object> values, int sessionMs, int heartbeatMs) {
        values.put(GroupCoordinatorConfig.CONSUMER_GROUP_SESSION_TIMEOUT_MS_CONFIG, sessionMs);
        values.put(
                GroupCoordinatorConfig.CONSUMER_GROUP_MIN_SESSION_TIMEOUT_MS_CONFIG,
                Math.min(sessionMs, GroupCoordinatorConfig.CONSUMER_GROUP_MIN_SESSION_TIMEOUT_MS_DEFAULT));
        values.put(
                GroupCoordinatorConfig.CONSUMER_GROUP_MAX_SESSION_TIMEOUT_MS_CONFIG,
                Math.max(sessionMs, GroupCoordinatorConfig.CONSUMER_GROUP_MAX_SESSION_TIMEOUT_MS_DEFAULT));
        values.put(GroupCoordinatorConfig.CONSUMER_GROUP_HEARTBEAT_INTERVAL_MS_CONFIG, heartbeatMs);
        values.put(
                GroupCoordinatorConfig.CONSUMER_GROUP_MIN_HEARTBEAT_INTERVAL_MS_CONFIG,
                Math.min(heartbeatMs, GroupCoordinatorConfig.CONSUMER_GROUP_MIN_HEARTBEAT_INTERVAL_MS_DEFAULT));
        values.put(
                GroupCoordinatorConfig.CONSUMER_GROUP_MAX_HEARTBEAT_INTERVAL_MS_CONFIG,
                Math.max(heartbeatMs, GroupCoordinatorConfig.CONSUMER_GROUP_MAX_HEARTBEAT_INTERVAL_MS_DEFAULT));
    }

    private static int ms(Duration duration) {
        return Math.toIntExact(duration.toMillis());
    }
}
