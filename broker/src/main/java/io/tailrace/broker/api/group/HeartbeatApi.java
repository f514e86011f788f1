package io.tailrace.broker.api.group;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.ClientContext;
import io.tailrace.broker.group.GroupCoordinator;
import io.tailrace.broker.protocol.KafkaRequest;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.HeartbeatResponse;
import org.jspecify.annotations.Nullable;

/** Heartbeat: a member of a classic group is alive. */
final class HeartbeatApi implements Api {

    private final GroupCoordinator groups;

    HeartbeatApi(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        return groups.heartbeat(ClientContext.of(request), (HeartbeatRequestData)
                        request.body().data())
                .thenApply(HeartbeatResponse::new);
    }
}
