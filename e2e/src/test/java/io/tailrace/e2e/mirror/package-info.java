/**
 * MirrorMaker 2, which carries everything from a cluster to another: {@link io.tailrace.e2e.mirror.Mirror} runs it by the
 * file of the documentation, {@link io.tailrace.e2e.mirror.Workload} is what there is to carry, {@link
 * io.tailrace.e2e.mirror.GroupReader} is a member of a consumer group on either side, {@link
 * io.tailrace.e2e.mirror.GroupRest} says what a group has yet to read, and {@link io.tailrace.e2e.mirror.TopicSettings} what
 * was set for topics.
 */
@NullMarked
package io.tailrace.e2e.mirror;

import org.jspecify.annotations.NullMarked;
