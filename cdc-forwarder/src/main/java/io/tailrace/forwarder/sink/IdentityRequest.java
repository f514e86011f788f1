package io.tailrace.forwarder.sink;

import java.io.IOException;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.ClientRequest;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.KafkaClient;
import org.apache.kafka.clients.Metadata;
import org.apache.kafka.clients.NetworkClientUtils;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.internals.ClusterResourceListeners;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.InitProducerIdResponse;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;

/** Asks the target for a producer id that nobody else has. Blocks; safe for every thread. */
public final class IdentityRequest {

    private static final int ATTEMPTS = 20;
    private static final long PAUSE_MS = 250;

    private IdentityRequest() {}

    /**
     * Asks until a broker answers, some seconds at most.
     *
     * @throws TargetException if no broker gives one out
     */
    public static ProducerIdentity send(TargetSettings settings) throws InterruptedException {
        ProducerConfig config = new ProducerConfig(settings.producer());
        LogContext logContext = new LogContext();
        try (Metrics metrics = new Metrics();
                Metadata metadata = metadata(config, logContext);
                KafkaClient client = ClientUtils.createNetworkClient(
                        config,
                        metrics,
                        "tailrace-identity",
                        logContext,
                        new ApiVersions(),
                        Time.SYSTEM,
                        1,
                        metadata,
                        null,
                        null)) {
            return ask(client, config.getInt(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG));
        } catch (IOException | KafkaException failed) {
            throw new TargetException("the target gives out no producer id: " + failed.getMessage(), failed);
        }
    }

    private static Metadata metadata(ProducerConfig config, LogContext logContext) {
        Metadata metadata = new Metadata(
                config.getLong(ProducerConfig.RETRY_BACKOFF_MS_CONFIG),
                config.getLong(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG),
                config.getLong(ProducerConfig.METADATA_MAX_AGE_CONFIG),
                logContext,
                new ClusterResourceListeners());
        metadata.bootstrap(ClientUtils.parseAndValidateAddresses(config));
        return metadata;
    }

    private static ProducerIdentity ask(KafkaClient client, int timeoutMs) throws IOException, InterruptedException {
        Errors last = Errors.BROKER_NOT_AVAILABLE;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Node node = client.leastLoadedNode(Time.SYSTEM.milliseconds()).node();
            if (node != null && NetworkClientUtils.awaitReady(client, node, Time.SYSTEM, timeoutMs)) {
                InitProducerIdResponse answer = request(client, node, timeoutMs);
                if (answer.error() == Errors.NONE) {
                    return new ProducerIdentity(
                            answer.data().producerId(), answer.data().producerEpoch());
                }
                last = answer.error();
            }
            Thread.sleep(PAUSE_MS);
        }
        throw last.exception();
    }

    private static InitProducerIdResponse request(KafkaClient client, Node node, int timeoutMs) throws IOException {
        InitProducerIdRequestData data = new InitProducerIdRequestData()
                .setTransactionalId(null)
                .setTransactionTimeoutMs(Integer.MAX_VALUE)
                .setProducerId(RecordBatch.NO_PRODUCER_ID)
                .setProducerEpoch(RecordBatch.NO_PRODUCER_EPOCH);
        ClientRequest request = client.newClientRequest(
                node.idString(),
                new InitProducerIdRequest.Builder(data),
                Time.SYSTEM.milliseconds(),
                true,
                timeoutMs,
                null);
        return (InitProducerIdResponse)
                NetworkClientUtils.sendAndReceive(client, request, Time.SYSTEM).responseBody();
    }
}
