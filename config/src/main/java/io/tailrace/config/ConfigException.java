package io.tailrace.config;

import java.util.List;

/**
 * The configuration cannot be used. The message is meant for the person who wrote it: one problem per line, each naming
 * the setting, its value (never a secret) and what is allowed.
 */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    public ConfigException(String problem) {
        this(List.of(problem));
    }

    public ConfigException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
        this.problems = List.copyOf(problems);
    }

    /** The problems, each a sentence of its own. */
    public List<String> problems() {
        return problems;
    }
}
