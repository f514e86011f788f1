/**
 * What shows and changes configuration: of topics, brokers, groups and client metrics subscriptions.
 *
 * <p>The entries of a description are made by {@link io.tailrace.broker.api.config.ConfigEntries}, a describer for each type
 * of resource says where their values come from.
 */
@NullMarked
package io.tailrace.broker.api.config;

import org.jspecify.annotations.NullMarked;
