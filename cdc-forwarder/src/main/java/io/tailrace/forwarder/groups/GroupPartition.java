package io.tailrace.forwarder.groups;

/** A partition of the log, as one group reads it. */
record GroupPartition(String group, int topicId, int partition) {}
