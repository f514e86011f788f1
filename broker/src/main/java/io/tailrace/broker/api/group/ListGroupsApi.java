package io.tailrace.broker.api.group;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.ClientContext;
import io.tailrace.broker.group.GroupCoordinator;
import io.tailrace.broker.protocol.KafkaRequest;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ListGroupsResponse;
import org.jspecify.annotations.Nullable;

/** ListGroups: the groups of all protocols. */
final class ListGroupsApi implements Api {

    private final GroupCoordinator groups;

    ListGroupsApi(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        return groups.listGroups(ClientContext.of(request), (ListGroupsRequestData)
                        request.body().data())
                .thenApply(ListGroupsResponse::new);
    }
}
