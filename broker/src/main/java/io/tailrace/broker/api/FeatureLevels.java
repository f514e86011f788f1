package io.tailrace.broker.api;

import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.feature.Features;
import org.apache.kafka.common.feature.SupportedVersionRange;
import org.apache.kafka.server.common.GroupVersion;
import org.apache.kafka.server.common.TransactionVersion;

/**
 * The features of Kafka 4.3 that are in effect, each at its newest production level; clients may not change them. Some
 * clients use the newer protocol of a feature only where it is listed.
 */
final class FeatureLevels {

    static final Map<String, Short> FINALIZED = Map.of(
            GroupVersion.FEATURE_NAME, GroupVersion.LATEST_PRODUCTION.featureLevel(),
            TransactionVersion.FEATURE_NAME, TransactionVersion.LATEST_PRODUCTION.featureLevel());

    private FeatureLevels() {}

    /**
     * What is supported is the level that is in effect and no other. (Clients before 3.9 fail at a range that begins with 0,
     * KAFKA-17492.)
     */
    static Features<SupportedVersionRange> supported() {
        return Features.supportedFeatures(FINALIZED.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, level -> new SupportedVersionRange(level.getValue(), level.getValue()))));
    }
}
