package io.tailrace.e2e.program;

/** How a command ended, and all that it printed. */
public record CommandResult(int exitCode, String output) {}
