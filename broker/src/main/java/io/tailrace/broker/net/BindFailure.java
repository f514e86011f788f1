package io.tailrace.broker.net;

import io.tailrace.config.ListenerConfig;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Locale;

/** Explains why an address cannot be bound, and what to change. Stateless. */
final class BindFailure {
    private BindFailure() {}

    static ListenException toException(ListenerConfig config, Throwable cause) {
        String message = "cannot listen on " + config.host() + ":" + config.port() + ": " + explain(cause);
        return new ListenException(message, cause);
    }

    private static String explain(Throwable cause) {
        String reason = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        if (cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException) {
            return "no such host; correct broker.host";
        }
        if (reason.contains("already in use")) {
            return "the port is in use; stop the program that holds it, or set broker.port to another port (0 takes any free one)";
        }
        if (reason.contains("cannot assign")) {
            return "this machine has no such address; correct broker.host (0.0.0.0 is every address)";
        }
        if (reason.contains("permission denied")) {
            return "this user may not bind this port; set broker.port to 1024 or above";
        }
        return cause.getMessage() + "; check broker.host and broker.port";
    }
}
