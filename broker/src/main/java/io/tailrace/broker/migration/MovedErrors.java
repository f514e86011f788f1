package io.tailrace.broker.migration;

import java.util.Optional;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * What a moved cluster answers to requests that only the one in charge may serve.
 *
 * @param leader for what the leader of a partition does
 * @param coordinator for what the coordinator of a group does
 * @param transactions for what the coordinator of a transactional id does
 * @param controller for what the controller does
 */
record MovedErrors(ApiException leader, ApiException coordinator, ApiException transactions, ApiException controller) {

    /** Errors after which clients ask who is in charge, and go on there. */
    static final MovedErrors PASSED_ON = new MovedErrors(
            Errors.NOT_LEADER_OR_FOLLOWER.exception(),
            Errors.NOT_COORDINATOR.exception(),
            Errors.NOT_COORDINATOR.exception(),
            Errors.NOT_CONTROLLER.exception());

    /** Errors that clients do not retry. Those whose answers have room for a text name the place to go to. */
    static MovedErrors refused(String bootstrapServers) {
        String message = "This cluster has moved to another Kafka: set bootstrap.servers to "
                + (bootstrapServers.isEmpty() ? "its address" : bootstrapServers);
        return new MovedErrors(
                Errors.POLICY_VIOLATION.exception(message),
                Errors.GROUP_AUTHORIZATION_FAILED.exception(message),
                Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED.exception(message),
                Errors.POLICY_VIOLATION.exception(message));
    }

    /** The error for an API; nothing for one that any broker serves. */
    Optional<ApiException> of(ApiKeys api) {
        return switch (api) {
            case PRODUCE, LIST_OFFSETS, OFFSET_FOR_LEADER_EPOCH, DELETE_RECORDS -> Optional.of(leader);
            case OFFSET_COMMIT,
                    OFFSET_FETCH,
                    JOIN_GROUP,
                    HEARTBEAT,
                    LEAVE_GROUP,
                    SYNC_GROUP,
                    DESCRIBE_GROUPS,
                    DELETE_GROUPS,
                    OFFSET_DELETE,
                    CONSUMER_GROUP_HEARTBEAT,
                    CONSUMER_GROUP_DESCRIBE -> Optional.of(coordinator);
            case INIT_PRODUCER_ID,
                    ADD_PARTITIONS_TO_TXN,
                    ADD_OFFSETS_TO_TXN,
                    TXN_OFFSET_COMMIT,
                    END_TXN,
                    DESCRIBE_TRANSACTIONS -> Optional.of(transactions);
            case CREATE_TOPICS, DELETE_TOPICS, CREATE_PARTITIONS, ELECT_LEADERS, ALTER_PARTITION_REASSIGNMENTS ->
                Optional.of(controller);
            default -> Optional.empty();
        };
    }
}
