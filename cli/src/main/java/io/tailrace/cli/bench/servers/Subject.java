package io.tailrace.cli.bench.servers;

import java.util.Map;

/** What is measured: Tailrace with one of its row shapes, or Apache Kafka. */
public enum Subject {
    TAILRACE_RECORDS(Contender.TAILRACE, "records", "Tailrace, records"),
    TAILRACE_BATCHES(Contender.TAILRACE, "batches", "Tailrace, batches"),
    KAFKA(Contender.KAFKA, "", "Kafka");

    private final Contender contender;
    private final String format;
    private final String label;

    Subject(Contender contender, String format, String label) {
        this.contender = contender;
        this.format = format;
        this.label = label;
    }

    public Contender contender() {
        return contender;
    }

    /** The row shape of its topics, as {@code storage.format} calls it; empty for Kafka. */
    public String format() {
        return format;
    }

    /** For people. */
    public String label() {
        return label;
    }

    /** What its topics must say to get that row shape; nothing for the default. */
    public Map<String, String> topicConfig() {
        return this == TAILRACE_BATCHES ? Map.of("storage.format", format) : Map.of();
    }
}
