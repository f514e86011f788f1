/**
 * How far a table stream has come, and as which producer: in a file ({@link
 * io.tailrace.forwarder.tables.checkpoint.FileCheckpoints}) or in Postgres ({@link
 * io.tailrace.forwarder.tables.checkpoint.PostgresCheckpoints}). It bounds what is read again after a crash; that nothing is
 * sent again rests on what the target has.
 */
@NullMarked
package io.tailrace.forwarder.tables.checkpoint;

import org.jspecify.annotations.NullMarked;
