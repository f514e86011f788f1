package io.tailrace.broker.outbox;

import org.apache.kafka.common.errors.RetriableException;

/** Rows of the outbox that were to be written are not there any more. */
final class RowsGoneException extends RetriableException {

    private static final long serialVersionUID = 1L;

    RowsGoneException() {
        super("Rows of kafka.outbox were removed meanwhile");
    }
}
