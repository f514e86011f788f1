package io.tailrace.broker.api.txn;

import io.tailrace.broker.sql.SqlErrors;
import java.sql.SQLException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a failure means to a transactional producer. Stateless. */
final class TransactionErrors {

    private static final Logger LOGGER = LoggerFactory.getLogger(TransactionErrors.class);

    private TransactionErrors() {}

    /** The error code; clients try again where Postgres will be back. */
    static Errors errorOf(Throwable thrown) {
        Throwable cause = SqlErrors.unwrap(thrown);
        if (cause instanceof SQLException sql && SqlErrors.isPassing(sql)) {
            return Errors.COORDINATOR_NOT_AVAILABLE;
        }
        if (cause instanceof ApiException api) {
            return Errors.forException(api);
        }
        LOGGER.atError().setCause(cause).log("a request about a transaction failed");
        return Errors.UNKNOWN_SERVER_ERROR;
    }

    /**
     * Likewise, for a version that may be too old to know that producers are fenced.
     *
     * @param knowsFencing true for the versions with PRODUCER_FENCED
     */
    static Errors errorOf(Throwable thrown, boolean knowsFencing) {
        Errors error = errorOf(thrown);
        return error == Errors.PRODUCER_FENCED && !knowsFencing ? Errors.INVALID_PRODUCER_EPOCH : error;
    }
}
