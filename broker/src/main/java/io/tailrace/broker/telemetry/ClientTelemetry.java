package io.tailrace.broker.telemetry;

import io.tailrace.broker.config.ConfigListener;
import io.tailrace.broker.protocol.ClientConnection;
import io.tailrace.broker.protocol.KafkaRequest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.GetTelemetrySubscriptionsRequest;
import org.apache.kafka.common.requests.PushTelemetryRequest;
import org.apache.kafka.common.requests.PushTelemetryResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.server.ClientMetricsManager;
import org.jspecify.annotations.Nullable;

/**
 * Tells clients which metrics are wanted and takes what they push, by the rules of Kafka's {@code ClientMetricsManager}:
 * subscriptions, instance ids, and how often a client may come.
 *
 * <p>Kafka forgets clients by time, and by number where it has 16,384. Here a connection may also name {@value
 * #MAX_INSTANCES} client instances at most, and they are forgotten when it closes, so that nobody fills that memory.
 *
 * <p>Thread-safe: requests are answered one after the other on a thread of its own. Its queue is bounded by the number of
 * connections. Owns: that thread, and the manager with its timer.
 */
public final class ClientTelemetry implements ConfigListener, AutoCloseable {

    static final int MAX_INSTANCES = 8;

    private static final int MAX_CLIENT_ID_LENGTH = 128;
    /** A push may be so many times as large without its compression. */
    private static final int MAX_EXPANSION = 4;

    private final Metrics metrics;
    private final PushedMetrics pushed;
    private final TelemetryReceiver receiver;
    private final ClientMetricsManager manager;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread created = new Thread(task, "tailrace-telemetry");
        created.setDaemon(true);
        return created;
    });
    /** Of each connection the instances that it named; on the thread only. */
    private final Map<String, Set<Uuid>> instances = new HashMap<>();

    /**
     * Begins to take what clients push.
     *
     * @param maxBytes the most that one push may have
     * @param maxSeries the most series of all clients
     */
    public ClientTelemetry(int maxBytes, int maxSeries, Time time) {
        this.metrics = new Metrics(time);
        this.pushed = new PushedMetrics(maxSeries, time::milliseconds);
        this.receiver = new TelemetryReceiver(new PayloadReader(maxBytes * MAX_EXPANSION), pushed);
        this.manager = new ClientMetricsManager(receiver, maxBytes, time, metrics);
    }

    /** What clients pushed. */
    public PushedMetrics pushed() {
        return pushed;
    }

    @Override
    public void onChanged(ConfigResource resource, Map<String, String> config) {
        if (resource.type() == ConfigResource.Type.CLIENT_METRICS) {
            Properties properties = new Properties();
            properties.putAll(config);
            manager.updateSubscription(resource.name(), properties);
        }
    }

    /** Answers GetTelemetrySubscriptions. */
    public CompletableFuture<@Nullable AbstractResponse> subscriptions(KafkaRequest request) {
        return CompletableFuture.supplyAsync(() -> subscriptionsNow(request), thread);
    }

    private AbstractResponse subscriptionsNow(KafkaRequest request) {
        GetTelemetrySubscriptionsRequest body = (GetTelemetrySubscriptionsRequest) request.body();
        if (body.data().clientInstanceId().equals(Uuid.ZERO_UUID)) {
            body.data().setClientInstanceId(Uuid.randomUuid());
        }
        Uuid instance = body.data().clientInstanceId();
        return admit(request.connection(), instance)
                ? manager.processGetTelemetrySubscriptionRequest(body, context(request, instance))
                : body.getErrorResponse(0, Errors.THROTTLING_QUOTA_EXCEEDED.exception());
    }

    /** Answers PushTelemetry. */
    public CompletableFuture<@Nullable AbstractResponse> push(KafkaRequest request) {
        return CompletableFuture.supplyAsync(() -> pushNow(request), thread);
    }

    private AbstractResponse pushNow(KafkaRequest request) {
        PushTelemetryRequest body = (PushTelemetryRequest) request.body();
        Uuid instance = body.data().clientInstanceId();
        if (!admit(request.connection(), instance)) {
            return body.errorResponse(0, Errors.THROTTLING_QUOTA_EXCEEDED);
        }
        PushTelemetryResponse response = manager.processPushTelemetryRequest(body, context(request, instance));
        Errors refusal = receiver.takeRefusal();
        return refusal == Errors.NONE ? response : body.errorResponse(0, refusal);
    }

    private boolean admit(ClientConnection connection, Uuid instance) {
        Set<Uuid> known = instances.get(connection.id());
        if (known == null) {
            known = new HashSet<>();
            instances.put(connection.id(), known);
            connection.onClose(() -> onClosed(connection.id()));
        }
        return known.contains(instance) || (known.size() < MAX_INSTANCES && known.add(instance));
    }

    private void onClosed(String connection) {
        try {
            thread.execute(() -> forget(connection));
        } catch (RejectedExecutionException e) {
            // The broker closes: there is nothing to forget any more.
        }
    }

    private void forget(String connection) {
        Set<Uuid> gone = instances.remove(connection);
        if (gone != null) {
            gone.forEach(instance ->
                    manager.connectionDisconnectListener().onDisconnect(instanceName(connection, instance)));
        }
    }

    /** The manager remembers one instance of a "connection", so each instance gets one of its own. */
    private static String instanceName(String connection, Uuid instance) {
        return connection + "/" + instance;
    }

    private static RequestContext context(KafkaRequest request, Uuid instance) {
        ClientConnection connection = request.connection();
        return new RequestContext(
                header(request.header()),
                instanceName(connection.id(), instance),
                connection.clientAddress(),
                Optional.of(connection.clientPort()),
                KafkaPrincipal.ANONYMOUS,
                ListenerName.forSecurityProtocol(SecurityProtocol.PLAINTEXT),
                SecurityProtocol.PLAINTEXT,
                connection.clientInformation(),
                false);
    }

    private static RequestHeader header(RequestHeader header) {
        String clientId = header.clientId();
        return clientId == null || clientId.length() <= MAX_CLIENT_ID_LENGTH
                ? header
                : new RequestHeader(
                        header.apiKey(),
                        header.apiVersion(),
                        clientId.substring(0, MAX_CLIENT_ID_LENGTH),
                        header.correlationId());
    }

    @Override
    public void close() {
        thread.shutdownNow();
        Utils.closeQuietly(manager, "the manager of client telemetry");
        metrics.close();
    }
}
