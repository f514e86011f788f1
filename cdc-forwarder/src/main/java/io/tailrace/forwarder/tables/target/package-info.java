/**
 * The target of a table stream. {@link io.tailrace.forwarder.tables.target.ChangeSink} opens a topic when its first change
 * comes, finds out from each partition's last record where to go on ({@link
 * io.tailrace.forwarder.tables.target.LastRecords}), leaves out what is there, and sends the rest through the forwarder's
 * own writer, whose identity outlives the process. {@link io.tailrace.forwarder.tables.target.Progress} knows what is on
 * its way, and which transactions are there as a whole.
 */
@NullMarked
package io.tailrace.forwarder.tables.target;

import org.jspecify.annotations.NullMarked;
