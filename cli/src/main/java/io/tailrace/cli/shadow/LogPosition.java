package io.tailrace.cli.shadow;

import io.tailrace.cli.UserError;
import java.time.DateTimeException;
import java.time.OffsetDateTime;

/** Where in a partition's log something begins or ends, as it is given on the command line. */
sealed interface LogPosition {
    record AtOffset(long offset) implements LogPosition {}

    /** The first record that is not older. */
    record AtTime(long timestampMs) implements LogPosition {}

    /**
     * Reads an offset or a time.
     *
     * @param option the option that the text was given for
     */
    static LogPosition parse(String option, String text) {
        try {
            return text.matches("\\d+")
                    ? new AtOffset(Long.parseLong(text))
                    : new AtTime(OffsetDateTime.parse(text).toInstant().toEpochMilli());
        } catch (DateTimeException | NumberFormatException wrong) {
            throw new UserError(
                    option + " " + text
                            + ": an offset is needed, or a time with its zone, like 2026-01-31T12:00:00Z or 2026-01-31T13:00:00+01:00");
        }
    }
}
