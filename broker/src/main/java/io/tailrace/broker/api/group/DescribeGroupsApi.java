package io.tailrace.broker.api.group;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.ClientContext;
import io.tailrace.broker.group.GroupCoordinator;
import io.tailrace.broker.protocol.KafkaRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.DescribeGroupsResponse;
import org.jspecify.annotations.Nullable;

/** DescribeGroups: classic groups with their members. */
final class DescribeGroupsApi implements Api {

    private final GroupCoordinator groups;

    DescribeGroupsApi(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        DescribeGroupsRequestData describe =
                (DescribeGroupsRequestData) request.body().data();
        return groups.describeGroups(ClientContext.of(request), describe.groups())
                .thenApply(described -> response(described, describe.includeAuthorizedOperations()));
    }

    private static DescribeGroupsResponse response(List<DescribedGroup> described, boolean withOperations) {
        described.stream()
                .filter(group -> withOperations && group.errorCode() == Errors.NONE.code())
                .forEach(group -> group.setAuthorizedOperations(GroupOperations.ALL));
        return new DescribeGroupsResponse(new DescribeGroupsResponseData().setGroups(described));
    }
}
