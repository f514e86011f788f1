package io.tailrace.forwarder.sink;

import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * What the target said of a batch.
 *
 * @param baseOffset of an acknowledged one, otherwise −1
 * @param reason of a refusal, otherwise null
 */
record BatchAnswer(Kind kind, long baseOffset, @Nullable Exception reason) {

    private static final long RETRY_AFTER_NS = 100_000_000L;

    enum Kind {
        /** The target has it. */
        ACKNOWLEDGED,
        /** It does not have it. Another time, perhaps at another broker. */
        LATER,
        /** It may have it, or may yet get it: the answer is missing, or says no more than that. */
        UNKNOWN,
        /** It does not follow what the target has of this producer. */
        OUT_OF_ORDER,
        /** Never. */
        REFUSED,
        /** Nothing of this producer will be taken any more. */
        FATAL
    }

    static final BatchAnswer UNKNOWN = new BatchAnswer(Kind.UNKNOWN, -1, null);
    private static final BatchAnswer LATER = new BatchAnswer(Kind.LATER, -1, null);

    long retryAfterNs() {
        return RETRY_AFTER_NS;
    }

    static BatchAnswer of(Errors error, long baseOffset, @Nullable String message) {
        return switch (error) {
            case NONE -> baseOffset < 0 ? UNKNOWN : new BatchAnswer(Kind.ACKNOWLEDGED, baseOffset, null);
            case OUT_OF_ORDER_SEQUENCE_NUMBER -> new BatchAnswer(Kind.OUT_OF_ORDER, -1, null);
            case MESSAGE_TOO_LARGE,
                    RECORD_LIST_TOO_LARGE,
                    INVALID_RECORD,
                    INVALID_TIMESTAMP,
                    INVALID_TOPIC_EXCEPTION,
                    POLICY_VIOLATION,
                    UNSUPPORTED_FOR_MESSAGE_FORMAT,
                    TOPIC_AUTHORIZATION_FAILED -> new BatchAnswer(Kind.REFUSED, -1, error.exception(message));
            // Another topic of this name, or none: metadata tell.
            case UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION, LEADER_NOT_AVAILABLE -> LATER;
            case NOT_ENOUGH_REPLICAS, CORRUPT_MESSAGE -> LATER;
            // It has it, but does not say where; or it has forgotten who sends.
            case DUPLICATE_SEQUENCE_NUMBER, UNKNOWN_PRODUCER_ID -> UNKNOWN;
            // Also of a leader that has lost its office after it wrote the batch.
            default -> isRetriable(error) ? UNKNOWN : new BatchAnswer(Kind.FATAL, -1, error.exception(message));
        };
    }

    private static boolean isRetriable(Errors error) {
        Exception exception = error.exception();
        return exception instanceof org.apache.kafka.common.errors.RetriableException
                && !(exception instanceof AuthorizationException)
                && !(exception instanceof TopicAuthorizationException);
    }
}
