package io.tailrace.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.protocol.TestConnection;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.UpdateFeaturesRequest;
import org.junit.jupiter.api.Test;

class UpdateFeaturesApiTest {

    private static final short NEWEST = 2;

    private final UpdateFeaturesApi api = new UpdateFeaturesApi(7);

    private static FeatureUpdateKey update(String feature, int level, UpgradeType type) {
        return new FeatureUpdateKey()
                .setFeature(feature)
                .setMaxVersionLevel((short) level)
                .setUpgradeType(type.code());
    }

    private UpdateFeaturesResponseData ask(short version, FeatureUpdateKey... updates) {
        UpdateFeaturesRequestData data = new UpdateFeaturesRequestData().setValidateOnly(version > 0);
        for (FeatureUpdateKey update : updates) {
            data.featureUpdates().add(update);
        }
        UpdateFeaturesRequest body = new UpdateFeaturesRequest(data, version);
        RequestHeader header = new RequestHeader(body.apiKey(), version, "test", 1);
        return (UpdateFeaturesResponseData) api.handle(new KafkaRequest(header, body, new TestConnection(), 100))
                .join()
                .data();
    }

    private void assertRefused(FeatureUpdateKey update, String reason) {
        UpdateFeaturesResponseData response = ask(NEWEST, update);
        assertThat(Errors.forCode(response.errorCode())).isEqualTo(Errors.INVALID_UPDATE_VERSION);
        assertThat(response.errorMessage())
                .startsWith(
                        "The update failed for all features since the following feature had an error: Invalid update"
                                + " version " + update.maxVersionLevel() + " for feature " + update.feature() + ". ")
                .endsWith(reason);
    }

    @Test
    void shouldGrantTheLevelsThatAreInEffect() {
        // When
        UpdateFeaturesResponseData response = ask(
                NEWEST,
                update("transaction.version", 2, UpgradeType.UPGRADE),
                update("group.version", 1, UpgradeType.SAFE_DOWNGRADE),
                update("eligible.leader.replicas.version", 0, UpgradeType.UNSAFE_DOWNGRADE));

        // Then
        assertThat(response.errorCode()).isZero();
        assertThat(response.errorMessage()).isNull();
        assertThat(response.results()).isEmpty();
    }

    @Test
    void shouldNameEachFeatureToOlderClients() {
        for (short version = 0; version < NEWEST; version++) {
            assertThat(ask(version, update("transaction.version", 2, UpgradeType.UPGRADE))
                            .results())
                    .singleElement()
                    .satisfies(result -> {
                        assertThat(result.feature()).isEqualTo("transaction.version");
                        assertThat(result.errorCode()).isZero();
                    });
        }
    }

    @Test
    void shouldRefuseEveryOtherLevel() {
        assertRefused(
                update("transaction.version", 1, UpgradeType.SAFE_DOWNGRADE), "Broker 7 only supports versions 2");
        assertRefused(update("transaction.version", 3, UpgradeType.UPGRADE), "Broker 7 only supports versions 2");
        assertRefused(update("metadata.version", 27, UpgradeType.UPGRADE), "Broker 7 does not support this feature.");
        assertRefused(update("my.version", 0, UpgradeType.UPGRADE), "Broker 7 does not support this feature.");
        assertRefused(update("group.version", -1, UpgradeType.UPGRADE), "A feature version cannot be less than 0.");
        assertRefused(
                update("group.version", 1, UpgradeType.UNKNOWN),
                "The controller does not support the given upgrade type.");
    }

    @Test
    void shouldRefuseAllForOne() {
        // When
        UpdateFeaturesResponseData response = ask(
                (short) 1,
                update("transaction.version", 2, UpgradeType.UPGRADE),
                update("group.version", 0, UpgradeType.SAFE_DOWNGRADE));

        // Then
        assertThat(Errors.forCode(response.errorCode())).isEqualTo(Errors.INVALID_UPDATE_VERSION);
        assertThat(response.results()).isEmpty();
    }
}
