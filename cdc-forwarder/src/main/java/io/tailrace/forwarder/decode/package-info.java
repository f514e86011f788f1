/**
 * From a row of {@code kafka.messages} to a {@link io.tailrace.forwarder.decode.LogRow}, whichever way it came: as a
 * change event of the replication stream, or read from the table. Nothing here blocks or keeps state between rows, but
 * for the column positions of the last schema seen.
 */
@NullMarked
package io.tailrace.forwarder.decode;

import org.jspecify.annotations.NullMarked;
