/**
 * Where a record stands on the target. Offsets of a partition differ there from those of the log by a number that changes
 * only where the log has a hole (aborted, compacted, deleted before it was forwarded) or where the target has records of
 * somebody else. {@code kafka.forwarder_offset_map} therefore has a row for each run of equal difference.
 *
 * <p>The rows are written with the position they belong to (package {@code checkpoint}), from acknowledgements and from
 * records that were found on the target. Here they are read: {@link io.tailrace.forwarder.offsets.OffsetMaps} loads the
 * map of a partition or looks single offsets up, {@link io.tailrace.forwarder.offsets.OffsetMap} answers in both
 * directions, and {@link io.tailrace.forwarder.offsets.OffsetMapCleaner} keeps the table small.
 */
@NullMarked
package io.tailrace.forwarder.offsets;

import org.jspecify.annotations.NullMarked;
