package io.tailrace.broker.api;

import io.tailrace.broker.protocol.KafkaRequest;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.requests.AbstractResponse;
import org.jspecify.annotations.Nullable;

/**
 * DescribeAcls, CreateAcls and DeleteAcls where there are no ACLs: what Kafka answers without an authorizer. Tools that ask for
 * them in passing (MirrorMaker 2, user interfaces) know this answer and go on; a key that is not served stops them. Immutable.
 */
final class NoAclsApi implements Api {

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        return CompletableFuture.completedFuture(
                request.body().getErrorResponse(0, new SecurityDisabledException("No Authorizer is configured.")));
    }
}
