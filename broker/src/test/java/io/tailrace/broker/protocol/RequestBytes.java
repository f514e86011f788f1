package io.tailrace.broker.protocol;

import java.nio.ByteBuffer;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/** Request frames as a client writes them, also at versions that kafka-clients does not know. */
public final class RequestBytes {
    private RequestBytes() {}

    /** Header and body, without length prefix. */
    public static ByteBuffer frame(ApiKeys apiKey, short version, int correlationId, ByteBuffer body) {
        return frame(apiKey.id, version, apiKey.requestHeaderVersion(version), correlationId, body);
    }

    public static ByteBuffer frame(
            short apiKey, short version, short headerVersion, int correlationId, ByteBuffer body) {
        RequestHeaderData header = new RequestHeaderData()
                .setRequestApiKey(apiKey)
                .setRequestApiVersion(version)
                .setCorrelationId(correlationId)
                .setClientId("client");
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer frame = ByteBuffer.allocate(header.size(cache, headerVersion) + body.remaining());
        header.write(new ByteBufferAccessor(frame), cache, headerVersion);
        return frame.put(body.duplicate()).flip();
    }
}
