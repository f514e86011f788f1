package io.tailrace.broker.api.group;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.ClientContext;
import io.tailrace.broker.group.GroupCoordinator;
import io.tailrace.broker.protocol.KafkaRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.DeleteGroupsResponse;
import org.jspecify.annotations.Nullable;

/** DeleteGroups: groups without members go, with their offsets. */
final class DeleteGroupsApi implements Api {

    private final GroupCoordinator groups;

    DeleteGroupsApi(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        DeleteGroupsRequestData delete =
                (DeleteGroupsRequestData) request.body().data();
        List<String> groupIds = delete.groupsNames().stream().distinct().toList();
        return groups.deleteGroups(ClientContext.of(request), groupIds)
                .thenApply(results -> new DeleteGroupsResponse(new DeleteGroupsResponseData().setResults(results)));
    }
}
