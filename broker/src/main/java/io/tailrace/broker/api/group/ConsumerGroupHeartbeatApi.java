package io.tailrace.broker.api.group;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.ClientContext;
import io.tailrace.broker.group.GroupCoordinator;
import io.tailrace.broker.protocol.KafkaRequest;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatResponse;
import org.jspecify.annotations.Nullable;

/** ConsumerGroupHeartbeat: all that a member of KIP-848's protocol says to its coordinator. */
final class ConsumerGroupHeartbeatApi implements Api {

    private final GroupCoordinator groups;

    ConsumerGroupHeartbeatApi(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        return groups.consumerGroupHeartbeat(ClientContext.of(request), (ConsumerGroupHeartbeatRequestData)
                        request.body().data())
                .thenApply(ConsumerGroupHeartbeatResponse::new);
    }
}
