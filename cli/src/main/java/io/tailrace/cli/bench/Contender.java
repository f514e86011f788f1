package io.tailrace.cli.bench;

/** Who is measured. */
enum Contender {
    TAILRACE("Tailrace"),
    KAFKA("Kafka");

    private final String label;

    Contender(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
