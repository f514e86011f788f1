package io.tailrace.broker.group;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.server.common.TransactionVersion;

/** Tells shards of outcomes until they have heard. Thread-safe. */
final class TransactionEnds {

    private static final Duration RETRY = Duration.ofMillis(200);

    private final GroupCoordinator service;
    private final Executor later;

    TransactionEnds(GroupCoordinator service, ScheduledExecutorService timer) {
        this.service = service;
        this.later = CompletableFuture.delayedExecutor(RETRY.toMillis(), TimeUnit.MILLISECONDS, timer);
    }

    CompletableFuture<Void> complete(int shard, OffsetProducer producer, TransactionResult result) {
        return service.completeTransaction(
                        new TopicPartition(Topic.GROUP_METADATA_TOPIC_NAME, shard),
                        producer.producerId(),
                        producer.producerEpoch(),
                        0,
                        result,
                        TransactionVersion.TV_UNKNOWN)
                .exceptionallyCompose(thrown -> {
                    Throwable cause = Errors.maybeUnwrapException(thrown);
                    return cause instanceof RetriableException
                            ? CompletableFuture.runAsync(() -> {}, later)
                                    .thenCompose(waited -> complete(shard, producer, result))
                            : CompletableFuture.failedFuture(cause);
                });
    }
}
