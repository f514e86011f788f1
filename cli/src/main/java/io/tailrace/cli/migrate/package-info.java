/**
 * {@code tailrace migrate}: moving to the target. What the commands do is in the forwarder's package {@code cutover}; here are
 * their options and what they print. {@code status} and {@code plan} look, {@code verify} compares what has arrived, {@code cutover}
 * moves, {@code fence} and {@code lift} are a step of it by hand, {@code rollback} goes back,
 * after the clients have moved as well.
 */
@NullMarked
package io.tailrace.cli.migrate;

import org.jspecify.annotations.NullMarked;
