package io.tailrace.broker.api.txn;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.TopicResolver;
import io.tailrace.broker.log.Partition;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.txn.PartitionMarker;
import io.tailrace.broker.txn.ProducerIdentity;
import io.tailrace.broker.txn.TransactionMarkers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.requests.WriteTxnMarkersRequest;
import org.apache.kafka.common.requests.WriteTxnMarkersRequest.TxnMarkerEntry;
import org.apache.kafka.common.requests.WriteTxnMarkersResponse;
import org.jspecify.annotations.Nullable;

/**
 * WriteTxnMarkers: what Kafka's coordinator sends to the leaders of partitions, and here only administrators do, to end a transaction
 * that hangs. Each partition succeeds or fails by itself.
 */
final class WriteTxnMarkersApi implements Api {

    private final TopicResolver topics;
    private final TransactionMarkers markers;

    private record Result(long producerId, TopicPartition partition, Errors error) {}

    WriteTxnMarkersApi(TopicResolver topics, TransactionMarkers markers) {
        this.topics = topics;
        this.markers = markers;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        List<CompletableFuture<Result>> results = new ArrayList<>();
        for (TxnMarkerEntry marker : ((WriteTxnMarkersRequest) request.body()).markers()) {
            marker.partitions().forEach(partition -> results.add(write(marker, partition)));
        }
        return CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
                .thenApply(done -> response(results));
    }

    private static AbstractResponse response(List<CompletableFuture<Result>> results) {
        Map<Long, Map<TopicPartition, Errors>> errors = new LinkedHashMap<>();
        results.stream().map(CompletableFuture::join).forEach(result -> errors.computeIfAbsent(
                        result.producerId(), id -> new LinkedHashMap<>())
                .put(result.partition(), result.error()));
        return new WriteTxnMarkersResponse(errors);
    }

    private CompletableFuture<Result> write(TxnMarkerEntry entry, TopicPartition name) {
        Optional<Partition> partition =
                topics.topic(name.topic(), Uuid.ZERO_UUID).flatMap(topic -> topics.partition(topic, name.partition()));
        if (partition.isEmpty()) {
            return CompletableFuture.completedFuture(
                    new Result(entry.producerId(), name, Errors.UNKNOWN_TOPIC_OR_PARTITION));
        }
        PartitionMarker marker = new PartitionMarker(
                new ProducerIdentity(entry.producerId(), entry.producerEpoch()),
                entry.transactionResult() == TransactionResult.COMMIT,
                entry.coordinatorEpoch(),
                entry.transactionVersion());
        return markers.write(partition.get(), marker)
                .handle((done, thrown) ->
                        new Result(entry.producerId(), name, thrown == null ? Errors.NONE : errorOf(thrown)));
    }

    /** Senders of markers know the errors of a partition's leader. */
    private static Errors errorOf(Throwable thrown) {
        Errors error = TransactionErrors.errorOf(thrown);
        return error == Errors.COORDINATOR_NOT_AVAILABLE ? Errors.NOT_LEADER_OR_FOLLOWER : error;
    }
}
