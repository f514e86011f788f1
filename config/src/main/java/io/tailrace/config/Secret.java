package io.tailrace.config;

/**
 * A password or key that must not be printed: {@code toString} masks it, so that a logged configuration stays safe.
 * Immutable.
 *
 * @param value the secret itself; empty where none is set
 */
public record Secret(String value) {
    public static final Secret NONE = new Secret("");

    public boolean isEmpty() {
        return value.isEmpty();
    }

    @Override
    public String toString() {
        return value.isEmpty() ? "" : "****";
    }
}
