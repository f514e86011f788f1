package io.tailrace.broker.api.group;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.ClientContext;
import io.tailrace.broker.group.GroupCoordinator;
import io.tailrace.broker.protocol.KafkaRequest;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.jspecify.annotations.Nullable;

/** JoinGroup: a member of a classic group takes part in the next assignment; answered when all have come. */
final class JoinGroupApi implements Api {

    private final GroupCoordinator groups;

    JoinGroupApi(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        return groups.joinGroup(ClientContext.of(request), (JoinGroupRequestData)
                        request.body().data())
                .thenApply(response -> new JoinGroupResponse(response, request.version()));
    }
}
