package io.tailrace.cli.tables;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import io.tailrace.config.LoggingConfig;
import java.util.Iterator;
import org.slf4j.LoggerFactory;

/** Brings the log to what the configuration says of it. Stateless. */
final class LogLevels {
    private static final String OWN = "io.tailrace";

    private LogLevels() {}

    static void apply(LoggingConfig logging) {
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            return;
        }
        Level level = Level.toLevel(logging.level(), Level.INFO);
        // Below INFO the libraries talk without end, and of settings that may be secret.
        boolean isQuiet = level.isGreaterOrEqual(Level.INFO);
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        if (isQuiet) {
            root.setLevel(level);
        }
        context.getLogger(OWN).setLevel(level);
        if (logging.format().equals("json")) {
            useJson(context, root);
        }
    }

    private static void useJson(LoggerContext context, Logger root) {
        for (Iterator<Appender<ILoggingEvent>> appenders = root.iteratorForAppenders(); appenders.hasNext(); ) {
            if (appenders.next() instanceof OutputStreamAppender<ILoggingEvent> stream) {
                JsonEncoder encoder = new JsonEncoder();
                encoder.setContext(context);
                encoder.setWithFormattedMessage(true);
                encoder.setWithMessage(false);
                encoder.start();
                stream.setEncoder(encoder);
            }
        }
    }
}
