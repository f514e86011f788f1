package io.tailrace.cli.bench.servers;

/** Whose servers are measured. */
public enum Contender {
    TAILRACE,
    KAFKA
}
