package io.tailrace.forwarder;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A failure in one line: the messages along its causes, without those that only repeat another. Stateless. */
final class FailureText {
    /** Debezium puts this around every failure of its stream. */
    private static final String ENGINE_WRAPPER = "An exception occurred in the change event producer";

    private FailureText() {}

    static String of(@Nullable Throwable failure) {
        List<String> parts = new ArrayList<>();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
            String line = message.replaceAll("\\s+", " ").strip();
            if (line.startsWith(ENGINE_WRAPPER)) {
                continue;
            }
            if (parts.stream().noneMatch(part -> part.contains(line))) {
                parts.add(line);
            }
        }
        return parts.isEmpty() ? "unknown" : String.join(": ", parts);
    }
}
