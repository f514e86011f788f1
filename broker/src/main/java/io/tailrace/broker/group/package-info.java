/**
 * Consumer groups, by Apache Kafka's own coordinator. The only package that touches the jars kafka-group-coordinator,
 * kafka-coordinator-common and kafka-metadata, whose Java API changes with every minor release.
 *
 * <p>Enters: requests as kafka-clients' data classes, through {@link io.tailrace.broker.group.GroupCoordinator}. Kafka's
 * service hands them to its threads; a group is changed by one thread at a time, that of its shard. What a change makes is a
 * handful of records in the format of Kafka's topic {@code __consumer_offsets}. {@code ShardWriter} brings them to Postgres, on
 * that thread, in one transaction: the last record of each key, and committed offsets also as rows for SQL. Then the
 * response leaves, on a thread of the coordinator.
 *
 * <p>A shard that begins, or that does not know whether its last commit went through, is read back by {@code ShardLoader}
 * under a new epoch. {@code TopicImages} tells the coordinator which topics there are, on a thread of its own.
 *
 * <p>Offsets that are committed in a transaction wait in a table of their own for its outcome: {@link
 * io.tailrace.broker.group.TransactionOutcomes} is what this package needs to know of transactions.
 */
@NullMarked
package io.tailrace.broker.group;

import org.jspecify.annotations.NullMarked;
