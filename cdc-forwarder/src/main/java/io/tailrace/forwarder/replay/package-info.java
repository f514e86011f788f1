/**
 * What is sent to the target once more, as Postgres keeps it: {@link io.tailrace.forwarder.replay.Replays} are the requests
 * for ranges of the log ({@code kafka.replays}), and {@link io.tailrace.forwarder.replay.RepeatedRanges} says where on the
 * target such records stand ({@code kafka.repeated_ranges}), which are nobody's places. Refused records that are sent again
 * are requested in {@code kafka.refused_records} (package {@code refused}). The sending is {@code pipeline.Repeats}.
 */
@NullMarked
package io.tailrace.forwarder.replay;

import org.jspecify.annotations.NullMarked;
