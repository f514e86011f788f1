package io.tailrace.broker.protocol;

/**
 * A request fresh from its parser.
 *
 * @param objectBytes about how much heap its objects take beyond the bytes of the frame
 */
public record ParsedRequest(KafkaRequest request, long objectBytes) {}
