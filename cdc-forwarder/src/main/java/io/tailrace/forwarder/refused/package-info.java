/**
 * What becomes of a record that the target refuses for good, where the configuration says {@code replication.on_error =
 * "dead-letter"}: {@link io.tailrace.forwarder.refused.SetAside} copies it into {@code kafka.refused_records} ({@link
 * io.tailrace.forwarder.refused.RefusedRecords}) and offers it to the dead-letter topic; then its partition goes on behind it. {@link
 * io.tailrace.forwarder.refused.Retries} are those that somebody wants to be sent again. Runs on the thread that moves records.
 */
@NullMarked
package io.tailrace.forwarder.refused;

import org.jspecify.annotations.NullMarked;
