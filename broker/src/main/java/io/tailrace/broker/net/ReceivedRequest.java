package io.tailrace.broker.net;

import io.tailrace.broker.protocol.KafkaRequest;
import org.apache.kafka.common.protocol.ApiKeys;

/** A parsed request, and the memory that it takes. Whoever holds it releases the memory. */
record ReceivedRequest(KafkaRequest request, MemoryReservation memory) {

    boolean isProduce() {
        return request.header().apiKey() == ApiKeys.PRODUCE;
    }
}
