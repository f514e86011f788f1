package io.tailrace.e2e.record;

import org.apache.kafka.common.TopicPartition;

/**
 * A place in a log where it goes back and repeats what it already holds, as after a crash of an at-least-once copier.
 *
 * @param offset of the first repeated record
 * @param repeated how many records lie between the place where the log was and the one to which it went back
 */
public record Rewind(TopicPartition partition, long offset, long repeated) {}
