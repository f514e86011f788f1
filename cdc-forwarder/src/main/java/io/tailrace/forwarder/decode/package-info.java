/**
 * From a row of {@code kafka.messages} to {@link io.tailrace.forwarder.decode.LogRow}s, whichever way it came: as a change
 * event of the replication stream, or read from the table. A row holds one record, or a whole batch ({@link
 * io.tailrace.forwarder.decode.LogBatch}), which {@link io.tailrace.forwarder.decode.BatchRecords} takes apart. Nothing here
 * blocks or keeps state between rows, but for the column positions of the last schema seen and a buffer.
 */
@NullMarked
package io.tailrace.forwarder.decode;

import org.jspecify.annotations.NullMarked;
