package io.tailrace.broker.api;

import io.tailrace.broker.protocol.KafkaRequest;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.message.UpdateFeaturesResponseData.UpdatableFeatureResult;
import org.apache.kafka.common.message.UpdateFeaturesResponseData.UpdatableFeatureResultCollection;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.UpdateFeaturesRequest;
import org.apache.kafka.common.requests.UpdateFeaturesRequest.FeatureUpdateItem;
import org.apache.kafka.common.requests.UpdateFeaturesResponse;
import org.apache.kafka.controller.QuorumFeatures;
import org.apache.kafka.metadata.VersionRange;
import org.apache.kafka.server.common.Feature;
import org.jspecify.annotations.Nullable;

/**
 * UpdateFeatures: each feature is at the one level that this broker supports, so that one is granted, which changes
 * nothing, and any other refused, in the order and the words of Kafka's controller. All features or none.
 */
final class UpdateFeaturesApi implements Api {

    private static final VersionRange DISABLED = QuorumFeatures.DISABLED;
    private static final short LAST_VERSION_WITH_RESULTS = 1;

    private final String broker;

    UpdateFeaturesApi(int nodeId) {
        this.broker = "Broker " + nodeId;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        UpdateFeaturesRequest update = (UpdateFeaturesRequest) request.body();
        Optional<String> problem = update.featureUpdates().stream()
                .flatMap(item -> problem(item)
                        .map(reason -> "Invalid update version %d for feature %s. %s"
                                .formatted(item.versionLevel(), item.feature(), reason))
                        .stream())
                .findFirst();
        return CompletableFuture.completedFuture(new UpdateFeaturesResponse(
                problem.map(UpdateFeaturesApi::refused).orElseGet(() -> granted(update))));
    }

    private Optional<String> problem(FeatureUpdateItem item) {
        if (item.upgradeType() == UpgradeType.UNKNOWN) {
            return Optional.of("The controller does not support the given upgrade type.");
        }
        if (item.versionLevel() < 0) {
            return Optional.of("A feature version cannot be less than 0.");
        }
        Short level = FeatureLevels.FINALIZED.get(item.feature());
        if (level == null && !isKnown(item.feature())) {
            return Optional.of(broker + " does not support this feature.");
        }
        VersionRange supported = level == null ? DISABLED : VersionRange.of(level, level);
        return QuorumFeatures.reasonNotSupported(item.versionLevel(), broker, supported);
    }

    /** True for a feature of Kafka's that could be at level 0, which is what all others are at. */
    private static boolean isKnown(String feature) {
        return Feature.PRODUCTION_FEATURES.stream()
                .anyMatch(known -> known.featureName().equals(feature));
    }

    private static UpdateFeaturesResponseData refused(String problem) {
        return new UpdateFeaturesResponseData()
                .setErrorCode(Errors.INVALID_UPDATE_VERSION.code())
                .setErrorMessage(
                        "The update failed for all features since the following feature had an error: " + problem);
    }

    /** Since version 2 of the request there are no results of single features. */
    private static UpdateFeaturesResponseData granted(UpdateFeaturesRequest update) {
        UpdatableFeatureResultCollection results = new UpdatableFeatureResultCollection();
        if (update.version() <= LAST_VERSION_WITH_RESULTS) {
            update.featureUpdates()
                    .forEach(item -> results.add(new UpdatableFeatureResult().setFeature(item.feature())));
        }
        return new UpdateFeaturesResponseData().setErrorMessage(null).setResults(results);
    }
}
