package io.tailrace.broker.api.topic;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.protocol.KafkaRequest;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ListPartitionReassignmentsResponse;
import org.jspecify.annotations.Nullable;

/** ListPartitionReassignments: there are never any. */
final class ListPartitionReassignmentsApi implements Api {

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        return CompletableFuture.completedFuture(new ListPartitionReassignmentsResponse(
                new ListPartitionReassignmentsResponseData().setErrorMessage(null)));
    }
}
