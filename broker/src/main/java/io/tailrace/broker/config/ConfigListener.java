package io.tailrace.broker.config;

import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;

/** Told of what is set on brokers, groups and client metrics subscriptions, after the database has it. */
@FunctionalInterface
public interface ConfigListener {

    /**
     * This is set on the resource from now on. On the thread that changes configuration, so the next change waits for it.
     *
     * @param config everything that is set; empty when the last setting was taken away
     */
    void onChanged(ConfigResource resource, Map<String, String> config);
}
