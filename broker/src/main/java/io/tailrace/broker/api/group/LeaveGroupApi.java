package io.tailrace.broker.api.group;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.ClientContext;
import io.tailrace.broker.group.GroupCoordinator;
import io.tailrace.broker.protocol.KafkaRequest;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.LeaveGroupRequest;
import org.apache.kafka.common.requests.LeaveGroupResponse;
import org.jspecify.annotations.Nullable;

/** LeaveGroup: members go, one in the older versions, several from version 3 on. */
final class LeaveGroupApi implements Api {

    private final GroupCoordinator groups;

    LeaveGroupApi(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        LeaveGroupRequest leave = (LeaveGroupRequest) request.body();
        return groups.leaveGroup(ClientContext.of(request), leave.normalizedData())
                .thenApply(response -> new LeaveGroupResponse(response, request.version()));
    }
}
