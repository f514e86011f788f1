package io.tailrace.broker.txn;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The states of a transaction, as Kafka names them. Kafka's two others pass within one Postgres transaction here: an epoch is
 * fenced where it is raised, and a transactional id that expires is gone.
 */
public enum TransactionState {
    /** It has never begun. */
    EMPTY("Empty"),
    ONGOING("Ongoing"),
    /** Decided; consumer groups do not have their offsets yet. */
    PREPARE_COMMIT("PrepareCommit"),
    PREPARE_ABORT("PrepareAbort"),
    COMPLETE_COMMIT("CompleteCommit"),
    COMPLETE_ABORT("CompleteAbort");

    private static final Map<String, TransactionState> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toMap(TransactionState::kafkaName, Function.identity()));

    private final String kafkaName;

    TransactionState(String kafkaName) {
        this.kafkaName = kafkaName;
    }

    /** The name in Kafka's protocol and in {@code kafka.transactions}. */
    public String kafkaName() {
        return kafkaName;
    }

    public static Optional<TransactionState> ofName(String kafkaName) {
        return Optional.ofNullable(BY_NAME.get(kafkaName));
    }

    /** True if the outcome is decided and not completed. */
    boolean isPrepared() {
        return this == PREPARE_COMMIT || this == PREPARE_ABORT;
    }
}
