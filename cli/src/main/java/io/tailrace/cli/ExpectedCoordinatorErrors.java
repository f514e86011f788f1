package io.tailrace.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps out of the log what Kafka's group coordinator reports as an error, with its trace, for each request: that Postgres did
 * not take a write, because it is away, or because commits of offsets are held back for a move. Clients are told by an error of
 * the protocol and try again, and {@code io.tailrace.broker.group} says what matters. The same for what is left over when the broker stops. Anything else that fails there is news.
 * Named in the logback configurations; stateless.
 */
public final class ExpectedCoordinatorErrors extends Filter<ILoggingEvent> {
    private static final String LOGGER = "org.apache.kafka.coordinator.common.runtime.CoordinatorRuntime";
    private static final String PROTOCOL_ERRORS = "org.apache.kafka.common.errors.";
    private static final String SHUTDOWN = RejectedExecutionException.class.getName();

    @Override
    public FilterReply decide(ILoggingEvent event) {
        return LOGGER.equals(event.getLoggerName()) && isProtocolError(event.getThrowableProxy())
                ? FilterReply.DENY
                : FilterReply.NEUTRAL;
    }

    private static boolean isProtocolError(@Nullable IThrowableProxy thrown) {
        return thrown != null
                && (thrown.getClassName().startsWith(PROTOCOL_ERRORS) || SHUTDOWN.equals(thrown.getClassName()));
    }
}
