/**
 * The way back: while the cluster is moved, what is produced on the target comes into the log here, so that its clients can
 * return. {@link io.tailrace.forwarder.reverse.ReverseShadow} runs instead of the forwarding, on its thread and its connection:
 * never both ways at once. {@code TargetTail} reads the target from where the forwarding ended; {@code ReverseStore} appends what
 * it brings ({@code Piece}) and moves the forwarder's own position and offset map behind it in the same transaction. That is the
 * loop guard, and the place to go on from after a crash.
 */
@NullMarked
package io.tailrace.forwarder.reverse;

import org.jspecify.annotations.NullMarked;
