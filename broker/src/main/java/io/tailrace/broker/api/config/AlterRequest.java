package io.tailrace.broker.api.config;

import io.tailrace.broker.config.ConfigChanges;
import io.tailrace.broker.config.ConfigEdit;
import io.tailrace.broker.sql.SqlErrors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;

/**
 * What AlterConfigs and IncrementalAlterConfigs have in common: each resource succeeds or fails by itself, and one that is
 * named twice fails. Confined to the thread of the request.
 */
final class AlterRequest {

    /**
     * A resource of the request.
     *
     * @param complete true: the edits are all that is to be set
     */
    record Resource(byte type, String name, List<ConfigEdit> edits, boolean complete) {

        ConfigResource key() {
            return new ConfigResource(ConfigResource.Type.forId(type), name);
        }

        private UnaryOperator<Map<String, String>> edit() {
            ConfigResource.Type resourceType = key().type();
            return existing -> ConfigEdit.apply(resourceType, edits, complete ? Map.of() : existing);
        }
    }

    private final ConfigChanges changes;
    private final boolean validateOnly;

    AlterRequest(ConfigChanges changes, boolean validateOnly) {
        this.changes = changes;
        this.validateOnly = validateOnly;
    }

    /** Makes the changes, one after the other; the errors are in the order of the resources. */
    CompletableFuture<List<ApiError>> alter(List<Resource> resources) {
        Map<ConfigResource, Integer> timesNamed = new HashMap<>();
        resources.forEach(resource -> timesNamed.merge(resource.key(), 1, Integer::sum));
        List<CompletableFuture<ApiError>> errors = new ArrayList<>();
        for (Resource resource : resources) {
            errors.add(
                    timesNamed.getOrDefault(resource.key(), 0) > 1
                            ? CompletableFuture.completedFuture(
                                    new ApiError(Errors.INVALID_REQUEST, "Each resource must appear at most once."))
                            : alter(resource));
        }
        return CompletableFuture.allOf(errors.toArray(CompletableFuture[]::new))
                .thenApply(done -> errors.stream().map(CompletableFuture::join).toList());
    }

    private CompletableFuture<ApiError> alter(Resource resource) {
        try {
            check(resource);
        } catch (ApiException e) {
            return CompletableFuture.completedFuture(ApiError.fromThrowable(e));
        }
        return changes.alter(resource.key(), resource.edit(), validateOnly)
                .handle((done, thrown) -> thrown == null
                        ? ApiError.NONE
                        : new ApiError(SqlErrors.errorOf(thrown), SqlErrors.message(SqlErrors.unwrap(thrown))));
    }

    private static void check(Resource resource) {
        Set<String> names = new HashSet<>();
        List<String> nulls = new ArrayList<>();
        for (ConfigEdit edit : resource.edits()) {
            if (!names.add(edit.name())) {
                throw new InvalidRequestException("Error due to duplicate config keys");
            }
            if (edit.value() == null && !edit.isDeletion()) {
                nulls.add(edit.name());
            }
        }
        if (!nulls.isEmpty()) {
            throw new InvalidRequestException("Null value not supported for : " + String.join(", ", nulls));
        }
        if (resource.key().type() == ConfigResource.Type.UNKNOWN) {
            throw new InvalidRequestException("Unknown resource type " + resource.type());
        }
        if (resource.key().type() == ConfigResource.Type.BROKER_LOGGER) {
            checkLoggers(resource);
        }
    }

    /** The broker has no loggers whose levels could be changed while it runs. */
    private static void checkLoggers(Resource resource) {
        if (resource.complete()) {
            throw new InvalidRequestException("Unknown resource type " + resource.type());
        }
        throw new InvalidRequestException(
                "Log levels cannot be changed while the broker runs: set them where it is started.");
    }
}
