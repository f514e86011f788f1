/**
 * Is it all there? Reads the target back and compares it with the log, record by record. What counts as forwarded comes
 * from {@code kafka.forwarder_positions}, and where a record stands on the target from {@code kafka.forwarder_offset_map}
 * ({@link io.tailrace.forwarder.verify.ForwardedPartitions}, {@link io.tailrace.forwarder.verify.OffsetRuns}); rows and
 * records are merged by their place on the target ({@link io.tailrace.forwarder.verify.Comparison}), a bounded piece of a
 * partition at a time ({@link io.tailrace.forwarder.verify.PartitionVerifier}), and how far that came is saved
 * ({@link io.tailrace.forwarder.verify.VerificationStore}).
 *
 * <p>Two programs drive it: {@link io.tailrace.forwarder.verify.ContinuousVerifier} follows the forwarder on a thread and
 * connections of its own, at a bounded rate; {@link io.tailrace.forwarder.verify.Verification} goes through everything
 * once, for the command line. Neither changes anything but {@code kafka.verified_partitions}.
 */
@NullMarked
package io.tailrace.forwarder.verify;

import org.jspecify.annotations.NullMarked;
