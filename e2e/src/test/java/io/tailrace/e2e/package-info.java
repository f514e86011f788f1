/**
 * End to end: the packaged broker and forwarder as processes, a real Postgres, a real Kafka behind SASL_SSL, and real clients.
 * Every load comes from a seed, which is printed; {@code -Dtailrace.test.seed=N} runs it again.
 */
@NullMarked
package io.tailrace.e2e;

import org.jspecify.annotations.NullMarked;
