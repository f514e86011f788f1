package io.tailrace.cli;

/** What the user can mend. The message says what happened and what to do; no stack trace is shown. */
public final class UserError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UserError(String message) {
        super(message);
    }
}
