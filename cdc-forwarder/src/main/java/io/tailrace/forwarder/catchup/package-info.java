/**
 * Reading the log from its table instead of the replication stream: for what was there before the slot, and for what
 * the stream jumped over. By primary key and in bounded pieces, so that no snapshot is held while the target is slow.
 */
@NullMarked
package io.tailrace.forwarder.catchup;

import org.jspecify.annotations.NullMarked;
