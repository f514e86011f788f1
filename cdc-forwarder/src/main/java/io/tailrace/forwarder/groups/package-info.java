/**
 * Consumer groups, carried on to the target: every few seconds {@link io.tailrace.forwarder.groups.GroupSync} runs a {@link
 * io.tailrace.forwarder.groups.GroupRound}, which reads what is committed here ({@code kafka.consumer_offsets}), looks up
 * where it stands on the target (package {@code offsets}), and commits that there. It never goes backwards, never touches
 * a group that has members at the target, and leaves those alone that are marked as moved ({@code kafka.forwarder_groups}).
 * On a thread, a connection and an admin client of its own: the target may take its time. In a cutover {@link
 * io.tailrace.forwarder.groups.GroupMove} does the same once more, and has groups by KIP-848 made as such ({@link
 * io.tailrace.forwarder.groups.HeartbeatGroups}).
 */
@NullMarked
package io.tailrace.forwarder.groups;

import org.jspecify.annotations.NullMarked;
