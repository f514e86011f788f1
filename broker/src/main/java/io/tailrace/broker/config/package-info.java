/**
 * Configuration that clients change while the broker runs, under Kafka's names: of brokers, groups and client metrics
 * subscriptions. (Topics keep their own, see {@link io.tailrace.broker.topic.TopicChanges}.)
 *
 * <p>{@link io.tailrace.broker.config.DynamicConfigs} is what is set, in memory and in Postgres, and tells listeners of
 * changes; {@link io.tailrace.broker.config.BrokerSettings} puts what is set on brokers over the configuration file and
 * Kafka's defaults; {@link io.tailrace.broker.config.ConfigChanges} checks changes and makes them, one after the other.
 */
@NullMarked
package io.tailrace.broker.config;

import org.jspecify.annotations.NullMarked;
