package io.tailrace.broker.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.broker.ManualTime;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.protocol.TestConnection;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsRequestData;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsResponseData;
import org.apache.kafka.common.message.PushTelemetryRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.GetTelemetrySubscriptionsRequest;
import org.apache.kafka.common.requests.GetTelemetrySubscriptionsResponse;
import org.apache.kafka.common.requests.PushTelemetryRequest;
import org.apache.kafka.common.requests.PushTelemetryResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Subscriptions and pushes, as the protocol has them. */
class ClientTelemetryTest {

    private static final int MAX_BYTES = 2_000;
    private static final int INTERVAL_MS = 10_000;
    private static final byte[] METRICS = PushFixture.data(
                    PushFixture.delta("org.apache.kafka.producer.record.send.total", 5))
            .toByteArray();

    private final ManualTime time = new ManualTime();
    private final ClientTelemetry telemetry = new ClientTelemetry(MAX_BYTES, 100, time);
    private final TestConnection connection = new TestConnection();

    @AfterEach
    void close() {
        telemetry.close();
    }

    private KafkaRequest request(AbstractRequest body) {
        return new KafkaRequest(
                new RequestHeader(body.apiKey(), body.version(), "app", 1), body, connection, MAX_BYTES);
    }

    private void subscribe(String name, Map<String, String> config) {
        telemetry.onChanged(new ConfigResource(ConfigResource.Type.CLIENT_METRICS, name), config);
    }

    private void subscribe() {
        subscribe(
                "producers",
                Map.of(
                        "metrics",
                        "org.apache.kafka.producer",
                        "interval.ms",
                        Integer.toString(INTERVAL_MS),
                        "match",
                        "client_id=app"));
    }

    private GetTelemetrySubscriptionsResponseData ask(Uuid instance) {
        GetTelemetrySubscriptionsRequest body = new GetTelemetrySubscriptionsRequest.Builder(
                        new GetTelemetrySubscriptionsRequestData().setClientInstanceId(instance), true)
                .build();
        return ((GetTelemetrySubscriptionsResponse)
                        telemetry.subscriptions(request(body)).join())
                .data();
    }

    private Errors push(PushTelemetryRequestData data) {
        PushTelemetryRequest body = new PushTelemetryRequest.Builder(data, true).build();
        return Errors.forCode(
                ((PushTelemetryResponse) telemetry.push(request(body)).join())
                        .data()
                        .errorCode());
    }

    private static PushTelemetryRequestData pushOf(GetTelemetrySubscriptionsResponseData subscription, byte[] metrics) {
        return new PushTelemetryRequestData()
                .setClientInstanceId(subscription.clientInstanceId())
                .setSubscriptionId(subscription.subscriptionId())
                .setMetrics(ByteBuffer.wrap(metrics));
    }

    @Test
    void shouldAskForNothingWithoutASubscription() {
        // When
        GetTelemetrySubscriptionsResponseData response = ask(Uuid.ZERO_UUID);

        // Then
        assertThat(response.errorCode()).isZero();
        assertThat(response.requestedMetrics()).isEmpty();
        assertThat(response.pushIntervalMs()).isEqualTo(300_000);
        assertThat(response.clientInstanceId()).isNotEqualTo(Uuid.ZERO_UUID);
    }

    @Test
    void shouldAskForWhatASubscriptionSays() {
        // Given
        subscribe();
        subscribe("others", Map.of("metrics", "org.apache.kafka.consumer", "match", "client_id=none"));

        // When
        GetTelemetrySubscriptionsResponseData response = ask(Uuid.ZERO_UUID);

        // Then
        assertThat(response.requestedMetrics()).containsExactly("org.apache.kafka.producer");
        assertThat(response.pushIntervalMs()).isEqualTo(INTERVAL_MS);
        assertThat(response.telemetryMaxBytes()).isEqualTo(MAX_BYTES);
        assertThat(response.deltaTemporality()).isTrue();
        assertThat(response.acceptedCompressionTypes()).containsExactly((byte) 4, (byte) 3, (byte) 1, (byte) 2);
    }

    @Test
    void shouldAskAnewWhenASubscriptionIsGone() {
        // Given
        subscribe();
        GetTelemetrySubscriptionsResponseData before = ask(Uuid.ZERO_UUID);

        // When
        subscribe("producers", Map.of());

        // Then
        assertThat(push(pushOf(before, METRICS))).isEqualTo(Errors.UNKNOWN_SUBSCRIPTION_ID);
        assertThat(ask(before.clientInstanceId()).requestedMetrics()).isEmpty();
    }

    @Test
    void shouldShowWhatIsPushed() {
        // Given
        subscribe();
        GetTelemetrySubscriptionsResponseData subscription = ask(Uuid.ZERO_UUID);

        // When
        Errors error = push(pushOf(subscription, METRICS));

        // Then
        assertThat(error).isEqualTo(Errors.NONE);
        assertThat(telemetry.pushed().collect().stream()).singleElement().satisfies(snapshot -> {
            assertThat(snapshot.getMetadata().getName()).isEqualTo("tailrace_client_producer_record_send");
            assertThat(snapshot.getDataPoints().get(0).getLabels().get("client_instance_id"))
                    .isEqualTo(subscription.clientInstanceId().toString());
        });
    }

    @Test
    void shouldHoldBackWhoComesTooEarly() {
        // Given
        subscribe();
        GetTelemetrySubscriptionsResponseData subscription = ask(Uuid.ZERO_UUID);
        push(pushOf(subscription, METRICS));

        // Then
        time.advance(INTERVAL_MS - 1);
        assertThat(push(pushOf(subscription, METRICS))).isEqualTo(Errors.THROTTLING_QUOTA_EXCEEDED);
        assertThat(Errors.forCode(ask(subscription.clientInstanceId()).errorCode()))
                .isEqualTo(Errors.THROTTLING_QUOTA_EXCEEDED);
        time.advance(1);
        assertThat(push(pushOf(subscription, METRICS))).isEqualTo(Errors.NONE);
    }

    @Test
    void shouldTakeALastPushAtAnyTimeAndNothingAfterIt() {
        // Given
        subscribe();
        GetTelemetrySubscriptionsResponseData subscription = ask(Uuid.ZERO_UUID);
        push(pushOf(subscription, METRICS));

        // Then
        assertThat(push(pushOf(subscription, METRICS).setTerminating(true))).isEqualTo(Errors.NONE);
        assertThat(push(pushOf(subscription, METRICS))).isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void shouldRefuseWhatIsNoPush() {
        // Given
        subscribe();
        List<PushTelemetryRequestData> pushes = List.of(
                pushOf(ask(Uuid.ZERO_UUID), METRICS).setClientInstanceId(Uuid.ZERO_UUID),
                pushOf(ask(Uuid.ZERO_UUID), METRICS).setSubscriptionId(1),
                pushOf(ask(Uuid.ZERO_UUID), METRICS).setCompressionType((byte) 9),
                pushOf(ask(Uuid.ZERO_UUID), new byte[MAX_BYTES + 1]),
                pushOf(ask(Uuid.ZERO_UUID), METRICS).setCompressionType(CompressionType.GZIP.id));

        // Then
        assertThat(pushes.stream().map(this::push))
                .containsExactly(
                        Errors.INVALID_REQUEST,
                        Errors.UNKNOWN_SUBSCRIPTION_ID,
                        Errors.UNSUPPORTED_COMPRESSION_TYPE,
                        Errors.TELEMETRY_TOO_LARGE,
                        Errors.INVALID_RECORD);
        assertThat(telemetry.pushed().series()).isZero();
    }

    @Test
    void shouldNotLetAConnectionNameAnyNumberOfInstances() {
        // Given
        for (int i = 0; i < ClientTelemetry.MAX_INSTANCES; i++) {
            assertThat(ask(Uuid.ZERO_UUID).errorCode()).isZero();
        }

        // Then
        assertThat(Errors.forCode(ask(Uuid.ZERO_UUID).errorCode())).isEqualTo(Errors.THROTTLING_QUOTA_EXCEEDED);
    }

    @Test
    void shouldForgetInstancesWhenTheirConnectionCloses() {
        // Given
        subscribe();
        GetTelemetrySubscriptionsResponseData subscription = ask(Uuid.ZERO_UUID);
        push(pushOf(subscription, METRICS));

        // When
        connection.close();

        // Then: it is new, and so not too early
        assertThat(push(pushOf(subscription, METRICS))).isEqualTo(Errors.NONE);
    }
}
