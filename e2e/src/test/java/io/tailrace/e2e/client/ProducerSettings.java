package io.tailrace.e2e.client;

import org.jspecify.annotations.Nullable;

/** How a producer is set up, in words that every client knows. Immutable. */
public record ProducerSettings(
        String acks,
        String codec,
        boolean idempotent,
        @Nullable String transactionalId,
        int transactionTimeoutMs,
        int lingerMs,
        int deliveryTimeoutMs) {

    /** All acknowledgements, without idempotence. */
    public static final ProducerSettings PLAIN = new ProducerSettings("all", "none", false, null, 60_000, 0, 60_000);

    public static final ProducerSettings IDEMPOTENT =
            new ProducerSettings("all", "none", true, null, 60_000, 0, 60_000);

    public static ProducerSettings transactional(String id) {
        return new ProducerSettings("all", "none", true, id, 60_000, 0, 60_000);
    }

    public ProducerSettings withAcks(String value) {
        return new ProducerSettings(
                value, codec, idempotent, transactionalId, transactionTimeoutMs, lingerMs, deliveryTimeoutMs);
    }

    public ProducerSettings withCodec(String value) {
        return new ProducerSettings(
                acks, value, idempotent, transactionalId, transactionTimeoutMs, lingerMs, deliveryTimeoutMs);
    }

    public ProducerSettings withLingerMs(int value) {
        return new ProducerSettings(
                acks, codec, idempotent, transactionalId, transactionTimeoutMs, value, deliveryTimeoutMs);
    }

    public ProducerSettings withTransactionTimeoutMs(int value) {
        return new ProducerSettings(acks, codec, idempotent, transactionalId, value, lingerMs, deliveryTimeoutMs);
    }

    public ProducerSettings withDeliveryTimeoutMs(int value) {
        return new ProducerSettings(acks, codec, idempotent, transactionalId, transactionTimeoutMs, lingerMs, value);
    }
}
