package io.tailrace.broker.net;

import io.tailrace.broker.protocol.KafkaRequest;
import org.apache.kafka.common.protocol.ApiKeys;

/** A parsed request, and the memory that it takes. Whoever holds it releases it. */
record ReceivedRequest(KafkaRequest request, MemoryReservation memory) {

    boolean isProduce() {
        return request.header().apiKey() == ApiKeys.PRODUCE;
    }

    /** The request is over: gives its memory back, and what its answer took. Idempotent. */
    void release() {
        memory.release();
        request.end().come();
    }
}
