package io.tailrace.broker.api;

import io.tailrace.broker.protocol.KafkaRequest;
import java.net.InetAddress;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;

/** Who asks, in the form in which Kafka's own components want to know it. Immutable. */
public record ClientContext(
        InetAddress clientAddress, int requestType, int requestVersion, String clientId, int correlationId)
        implements AuthorizableRequestContext {

    private static final String LISTENER = "PLAINTEXT";

    /** The one that sent this request. */
    public static ClientContext of(KafkaRequest request) {
        String clientId = request.header().clientId();
        return new ClientContext(
                request.connection().clientAddress(),
                request.header().apiKey().id,
                request.version(),
                clientId == null ? "" : clientId,
                request.header().correlationId());
    }

    @Override
    public String listenerName() {
        return LISTENER;
    }

    @Override
    public SecurityProtocol securityProtocol() {
        return SecurityProtocol.PLAINTEXT;
    }

    @Override
    public KafkaPrincipal principal() {
        return KafkaPrincipal.ANONYMOUS;
    }
}
