package io.tailrace.broker.protocol;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Maps the throwable that ended a request to the error that the client is told. Errors of the protocol pass as they are;
 * anything else is logged here, once, and becomes UNKNOWN_SERVER_ERROR without its details. Stateless.
 */
final class ClientErrors {
    private static final Logger LOGGER = LoggerFactory.getLogger(ClientErrors.class);

    private ClientErrors() {}

    static Throwable toClientError(KafkaRequest request, Throwable failure) {
        Throwable cause = unwrap(failure);
        if (cause instanceof ApiException) {
            return cause;
        }
        if (cause instanceof CancellationException) {
            // The client has gone: nobody reads the answer, and nothing is wrong.
            return Errors.NETWORK_EXCEPTION.exception();
        }
        logUnexpected(request, cause);
        return Errors.UNKNOWN_SERVER_ERROR.exception();
    }

    static void logUnexpected(KafkaRequest request, Throwable cause) {
        LOGGER.atError()
                .addKeyValue("connection", request.connection().id())
                .addKeyValue("client", request.header().clientId())
                .addKeyValue("api", request.header().apiKey())
                .addKeyValue("version", request.version())
                .setCause(cause)
                .log("request failed unexpectedly");
    }

    private static Throwable unwrap(Throwable failure) {
        Throwable cause = failure.getCause();
        boolean wrapper = failure instanceof CompletionException || failure instanceof ExecutionException;
        return wrapper && cause != null ? unwrap(cause) : failure;
    }
}
