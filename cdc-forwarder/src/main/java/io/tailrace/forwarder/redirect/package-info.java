/**
 * What the target says of itself to clients, kept current in {@code kafka.target_metadata}, so that the broker can pass its
 * clients on when the time has come without ever connecting there.
 *
 * <p>{@link io.tailrace.forwarder.redirect.TargetMetadataKeeper} asks every few seconds, on a thread of its own, as a client would
 * ({@link io.tailrace.forwarder.redirect.MetadataInquiry}), by the listener that clients will use ({@link
 * io.tailrace.forwarder.redirect.ClientView}), and writes what has changed ({@code TargetMetadataStore}). Nothing of it is on the
 * way of a record. {@link io.tailrace.forwarder.redirect.ListenerProbe} looks once, before a move, whether every broker of the target
 * can be reached like that.
 */
@NullMarked
package io.tailrace.forwarder.redirect;

import org.jspecify.annotations.NullMarked;
