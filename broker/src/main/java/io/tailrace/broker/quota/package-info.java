/**
 * Quotas of clients: how many bytes a second they may produce and consume, and how much of the network threads' time they
 * may take.
 *
 * <p>{@link io.tailrace.broker.quota.ClientQuotas} holds them, in memory and in Postgres, and measures with Kafka's own {@code
 * ClientQuotaManager}; {@link io.tailrace.broker.quota.QuotaGate} stands before the handlers and holds clients back, but for
 * Fetch, which does so itself: a fetch that is held back is answered with nothing.
 */
@NullMarked
package io.tailrace.broker.quota;

import org.jspecify.annotations.NullMarked;
