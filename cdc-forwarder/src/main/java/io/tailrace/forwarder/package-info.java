/**
 * Carries every record of the log on to a real Kafka, at least once and in order: rows come from Postgres by logical
 * replication ({@code source}), or from the table where the stream does not have them ({@code catchup}); they are turned
 * into records ({@code decode}), assigned to a topic of the target ({@code route}), sent ({@code sink}), and once
 * acknowledged their position is saved ({@code checkpoint}). {@code pipeline} is where these meet.
 * While clients are at the target, {@code reverse} brings back what is produced there.
 * What the target refuses for good may be set aside ({@code refused}), and sent again on request ({@code replay});
 * {@code metrics} shows how all of it is.
 *
 * <p>Threads: {@code tailrace-forwarder} starts everything, watches over it and starts it again after a failure;
 * Debezium's task thread moves records through the pipeline while the stream runs; the producer's network thread only
 * notes acknowledgements; {@code tailrace-target-topics} asks the target about its topics;
 * {@code tailrace-slot-watch} looks after the slot, and {@code tailrace-metrics} answers who asks. The pipeline is entered by one thread at a time.
 */
@NullMarked
package io.tailrace.forwarder;

import org.jspecify.annotations.NullMarked;
