package io.tailrace.broker.log;

/** A partition as Postgres knows it: {@code kafka.topics.id} and the partition's number. */
public record PartitionId(int topicId, int partition) {}
