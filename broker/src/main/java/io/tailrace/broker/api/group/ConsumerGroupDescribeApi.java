package io.tailrace.broker.api.group;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.ClientContext;
import io.tailrace.broker.group.GroupCoordinator;
import io.tailrace.broker.protocol.KafkaRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ConsumerGroupDescribeResponse;
import org.jspecify.annotations.Nullable;

/** ConsumerGroupDescribe: groups of KIP-848, with the assignment of each member and the one it moves to. */
final class ConsumerGroupDescribeApi implements Api {

    private final GroupCoordinator groups;

    ConsumerGroupDescribeApi(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        ConsumerGroupDescribeRequestData describe =
                (ConsumerGroupDescribeRequestData) request.body().data();
        return groups.describeConsumerGroups(ClientContext.of(request), describe.groupIds())
                .thenApply(described -> response(described, describe.includeAuthorizedOperations()));
    }

    private static ConsumerGroupDescribeResponse response(List<DescribedGroup> described, boolean withOperations) {
        described.stream()
                .filter(group -> withOperations && group.errorCode() == Errors.NONE.code())
                .forEach(group -> group.setAuthorizedOperations(GroupOperations.ALL));
        return new ConsumerGroupDescribeResponse(new ConsumerGroupDescribeResponseData().setGroups(described));
    }
}
