package io.tailrace.broker.api.group;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.ClusterIdentity;
import io.tailrace.broker.protocol.KafkaRequest;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.jspecify.annotations.Nullable;

/** FindCoordinator: this broker, for every group and every transactional id. There are no share groups. */
final class FindCoordinatorApi implements Api {

    private final ClusterIdentity cluster;

    FindCoordinatorApi(ClusterIdentity cluster) {
        this.cluster = cluster;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        FindCoordinatorRequestData find =
                (FindCoordinatorRequestData) request.body().data();
        byte type = find.keyType();
        if (type != CoordinatorType.GROUP.id() && type != CoordinatorType.TRANSACTION.id()) {
            return CompletableFuture.completedFuture(
                    request.body().getErrorResponse(Errors.INVALID_REQUEST.exception()));
        }
        return CompletableFuture.completedFuture(
                request.version() < FindCoordinatorRequest.MIN_BATCHED_VERSION
                        ? FindCoordinatorResponse.prepareOldResponse(Errors.NONE, thisBroker())
                        : found(find));
    }

    private FindCoordinatorResponse found(FindCoordinatorRequestData find) {
        Node broker = thisBroker();
        return new FindCoordinatorResponse(new FindCoordinatorResponseData()
                .setCoordinators(find.coordinatorKeys().stream()
                        .map(key -> FindCoordinatorResponse.prepareCoordinatorResponse(Errors.NONE, key, broker))
                        .toList()));
    }

    private Node thisBroker() {
        return new Node(cluster.nodeId(), cluster.host(), cluster.port());
    }
}
