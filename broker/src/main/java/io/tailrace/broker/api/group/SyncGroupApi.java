package io.tailrace.broker.api.group;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.ClientContext;
import io.tailrace.broker.group.GroupCoordinator;
import io.tailrace.broker.protocol.KafkaRequest;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.SyncGroupRequest;
import org.apache.kafka.common.requests.SyncGroupResponse;
import org.jspecify.annotations.Nullable;

/** SyncGroup: a member of a classic group asks for its share, the leader brings those of all. */
final class SyncGroupApi implements Api {

    private final GroupCoordinator groups;

    SyncGroupApi(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        SyncGroupRequest sync = (SyncGroupRequest) request.body();
        if (!sync.areMandatoryProtocolTypeAndNamePresent()) {
            return CompletableFuture.completedFuture(
                    sync.getErrorResponse(Errors.INCONSISTENT_GROUP_PROTOCOL.exception()));
        }
        return groups.syncGroup(ClientContext.of(request), sync.data()).thenApply(SyncGroupResponse::new);
    }
}
