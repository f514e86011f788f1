package io.tailrace.forwarder.verify;

import java.util.Locale;

/** In what the target differs from the log. */
public enum Difference {
    /** A record of the log is not on the target. */
    MISSING,
    /** The target has a record that the log never had there. */
    EXTRA,
    /** The records are there, in another order. */
    ORDER,
    KEY,
    VALUE,
    HEADERS,
    TIMESTAMP;

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Difference parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
