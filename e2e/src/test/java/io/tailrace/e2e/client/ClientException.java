package io.tailrace.e2e.client;

import org.apache.kafka.common.protocol.Errors;

/** What a client failed with, by Kafka's own error; UNKNOWN_SERVER_ERROR where the failure is the client's own. */
public final class ClientException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final Errors error;

    ClientException(Errors error, String message) {
        super(error + ": " + message);
        this.error = error;
    }

    ClientException(Throwable cause) {
        super(cause);
        this.error = Errors.forException(cause);
    }

    public Errors error() {
        return error;
    }
}
