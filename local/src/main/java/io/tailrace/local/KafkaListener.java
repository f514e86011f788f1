package io.tailrace.local;

/** The ways to reach a {@link LocalKafka}; the names are those of Kafka's {@code security.protocol}. */
public enum KafkaListener {
    PLAINTEXT,
    SSL,
    SASL_PLAINTEXT,
    SASL_SSL
}
