package io.tailrace.broker.protocol;

import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * One parsed request. The body's byte buffers lie on the heap and belong to the request: they stay valid for as long as
 * something refers to them.
 *
 * @param sizeBytes the size of its frame, without the length prefix
 * @param end comes when the answer has left
 */
public record KafkaRequest(
        RequestHeader header, AbstractRequest body, ClientConnection connection, int sizeBytes, RequestEnd end) {

    public KafkaRequest(RequestHeader header, AbstractRequest body, ClientConnection connection, int sizeBytes) {
        this(header, body, connection, sizeBytes, new RequestEnd());
    }

    public short version() {
        return header.apiVersion();
    }
}
