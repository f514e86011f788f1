package io.tailrace.forwarder.sink;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.ClientRequest;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.Metadata;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.internals.ProducerMetadata;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.internals.ClusterResourceListeners;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's own network client, as far as producing needs it: who leads a partition, one request for each broker, and what
 * became of it. Confined to the thread of the {@link TargetWriter}, but for {@link #add} and {@link #wakeUp}. Owns: the
 * connections.
 */
final class TargetNetwork implements AutoCloseable {

    private static final short ALL_IN_SYNC = -1;
    private static final int MAX_IN_FLIGHT_REQUESTS = 5;
    private static final long MAX_POLL_MS = 1_000;
    /** A topic that is not written to leaves the metadata after a while; being asked for brings it back. */
    private static final long METADATA_IDLE_MS = Long.MAX_VALUE / 2;

    private final Time time = Time.SYSTEM;
    private final Metrics metrics = new Metrics();
    private final ProducerMetadata metadata;
    private final NetworkClient client;
    private final int requestTimeoutMs;
    private final BiConsumer<TargetBatch, BatchAnswer> onAnswer;

    /**
     * @param epoch of its office, or -1 if the target is too old to tell
     * @param topicId of the topic that has this name now; zero if the target is too old to tell
     */
    record Leader(Node node, int epoch, Uuid topicId) {}

    TargetNetwork(ProducerConfig config, BiConsumer<TargetBatch, BatchAnswer> onAnswer) {
        LogContext logContext = new LogContext();
        this.onAnswer = onAnswer;
        this.requestTimeoutMs = config.getInt(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG);
        this.metadata = new ProducerMetadata(
                config.getLong(ProducerConfig.RETRY_BACKOFF_MS_CONFIG),
                config.getLong(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG),
                config.getLong(ProducerConfig.METADATA_MAX_AGE_CONFIG),
                METADATA_IDLE_MS,
                logContext,
                new ClusterResourceListeners(),
                time);
        metadata.bootstrap(ClientUtils.parseAndValidateAddresses(config));
        this.client = ClientUtils.createNetworkClient(
                config,
                metrics,
                "tailrace",
                logContext,
                new ApiVersions(),
                time,
                MAX_IN_FLIGHT_REQUESTS,
                metadata,
                null,
                null);
    }

    /** Callable from any thread. */
    void add(String topic) {
        metadata.add(topic, time.milliseconds());
        client.wakeup();
    }

    /** Callable from any thread. */
    void wakeUp() {
        client.wakeup();
    }

    /** Who leads the partition, or null while nobody is known to; then the target is asked. */
    @Nullable
    Leader leader(TopicPartition partition) {
        Metadata.LeaderAndEpoch leader = metadata.currentLeader(partition);
        if (leader.leader.isEmpty()) {
            // For a topic that is new this would wind the clock back each time, and ask without a pause.
            if (!metadata.updateRequested()) {
                metadata.requestUpdateForTopic(partition.topic());
            }
            return null;
        }
        return new Leader(
                leader.leader.get(),
                leader.epoch.orElse(-1),
                metadata.topicIds().getOrDefault(partition.topic(), Uuid.ZERO_UUID));
    }

    boolean isReady(Leader leader) {
        return client.ready(leader.node(), time.milliseconds());
    }

    void send(String node, List<TargetBatch> batches) {
        Map<TopicPartition, TargetBatch> byPartition = new HashMap<>();
        Map<Uuid, String> names = new HashMap<>();
        TopicProduceDataCollection topics = new TopicProduceDataCollection();
        for (TargetBatch batch : batches) {
            TopicPartition partition = batch.partition().partition();
            Uuid topicId = metadata.topicIds().getOrDefault(partition.topic(), Uuid.ZERO_UUID);
            TopicProduceData topic = topics.find(partition.topic(), topicId);
            if (topic == null) {
                topic = new TopicProduceData().setName(partition.topic()).setTopicId(topicId);
                topics.add(topic);
            }
            topic.partitionData()
                    .add(new PartitionProduceData()
                            .setIndex(partition.partition())
                            .setRecords(batch.close()));
            byPartition.put(partition, batch);
            names.put(topicId, partition.topic());
        }
        ProduceRequest.Builder request = ProduceRequest.builder(new ProduceRequestData()
                .setAcks(ALL_IN_SYNC)
                .setTimeoutMs(requestTimeoutMs)
                .setTransactionalId(null)
                .setTopicData(topics));
        long nowMs = time.milliseconds();
        ClientRequest sent = client.newClientRequest(
                node, request, nowMs, true, requestTimeoutMs, response -> onResponse(response, byPartition, names));
        client.send(sent, nowMs);
    }

    private void onResponse(
            ClientResponse response, Map<TopicPartition, TargetBatch> batches, Map<Uuid, String> names) {
        if (response.authenticationException() != null) {
            throw response.authenticationException();
        }
        if (response.versionMismatch() != null) {
            throw response.versionMismatch();
        }
        if (!response.hasResponse()) {
            metadata.requestUpdate(true);
            batches.values().forEach(batch -> onAnswer.accept(batch, BatchAnswer.UNKNOWN));
            return;
        }
        ProduceResponse produced = (ProduceResponse) response.responseBody();
        for (TopicProduceResponse topic : produced.data().responses()) {
            String name = topic.name().isEmpty() ? names.getOrDefault(topic.topicId(), "") : topic.name();
            for (PartitionProduceResponse partition : topic.partitionResponses()) {
                answer(batches.remove(new TopicPartition(name, partition.index())), partition);
            }
        }
        batches.values().forEach(batch -> onAnswer.accept(batch, BatchAnswer.UNKNOWN));
    }

    private void answer(@Nullable TargetBatch batch, PartitionProduceResponse partition) {
        if (batch == null) {
            return;
        }
        Errors error = Errors.forCode(partition.errorCode());
        BatchAnswer answer = BatchAnswer.of(error, partition.baseOffset(), partition.errorMessage());
        if (answer.kind() == BatchAnswer.Kind.LATER || answer.kind() == BatchAnswer.Kind.UNKNOWN) {
            metadata.requestUpdate(true);
        }
        onAnswer.accept(batch, answer);
    }

    /** Moves bytes, for so long at most unless woken. @throws AuthenticationException if the target refuses the login */
    void poll(long timeoutMs) {
        client.poll(Math.min(timeoutMs, MAX_POLL_MS), time.milliseconds());
        try {
            metadata.maybeThrowAnyException();
        } catch (InvalidTopicException | TopicAuthorizationException one) {
            // Concerns a topic, whose batches wait; the one who makes the target's topics ready tells why.
        }
    }

    @Override
    public void close() {
        client.close();
        metadata.close();
        metrics.close();
    }
}
