package io.tailrace.broker.api.topic;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;

/** What Kafka says to assignments of replicas by hand, where there is one broker and one replica. Stateless. */
final class ReplicaAssignments {

    private ReplicaAssignments() {}

    /** @throws InvalidReplicaAssignmentException for none, for a broker that is not there, for one that is named twice */
    static void check(List<Integer> brokers, int nodeId) {
        if (brokers.isEmpty()) {
            throw new InvalidReplicaAssignmentException(
                    "The manual partition assignment includes an empty replica list.");
        }
        Set<Integer> seen = new HashSet<>();
        for (int broker : brokers) {
            if (broker != nodeId) {
                throw new InvalidReplicaAssignmentException("The manual partition assignment includes broker " + broker
                        + ", but no such broker is registered.");
            }
            if (!seen.add(broker)) {
                throw new InvalidReplicaAssignmentException(
                        "The manual partition assignment includes the broker " + broker + " more than once.");
            }
        }
    }

    /** @throws InvalidReplicaAssignmentException for more than one replica */
    static void checkOneReplica(List<Integer> brokers) {
        if (brokers.size() != 1) {
            throw new InvalidReplicaAssignmentException("The manual partition assignment includes a partition with "
                    + brokers.size()
                    + " replica(s), but this is not consistent with previous partitions, which have 1 replica(s).");
        }
    }
}
