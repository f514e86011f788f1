package io.tailrace.broker.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.broker.ManualTime;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.protocol.TestConnection;
import io.tailrace.broker.sql.Database;
import io.tailrace.config.BrokerConfig;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Kafka's arithmetic: eleven windows of a second, and as long a pause as brings the rate down to the quota. */
class ClientQuotasTest {

    private static final int QUOTA = 1_000;

    private final ManualTime time = new ManualTime();
    /** Never connected to. */
    private final Database database = new Database(BrokerConfig.defaults().postgres(), 1);

    private final ClientQuotas quotas = new ClientQuotas(database, Runnable::run, time);

    @AfterEach
    void close() {
        quotas.close();
        database.close();
    }

    private static KafkaRequest request(String clientId, int bytes) {
        short version = ApiKeys.PRODUCE.latestVersion();
        return new KafkaRequest(
                new RequestHeader(ApiKeys.PRODUCE, version, clientId, 1),
                new ProduceRequest(new ProduceRequestData(), version),
                new TestConnection(),
                bytes);
    }

    private void set(@Nullable String clientId, String quota, double value) {
        Map<String, String> entity = new HashMap<>();
        entity.put(ClientQuotaEntity.CLIENT_ID, clientId);
        quotas.take(new ClientQuotaEntity(entity), Map.of(quota, value));
    }

    private int produce(String clientId, int bytes) {
        return quotas.onProduced(request(clientId, bytes));
    }

    private int fetch(String clientId, int bytes) {
        return quotas.onFetched(request(clientId, 0), () -> bytes);
    }

    @Test
    void shouldMeasureNothingWithoutAQuota() {
        assertThat(quotas.inUse()).isFalse();
        assertThat(produce("loud", 1 << 30)).isZero();
        assertThat(fetch("loud", 1 << 30)).isZero();
        assertThat(quotas.maxFetchBytes(request("loud", 0))).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void shouldHoldAProducerBackUntilItsRateIsItsQuota() {
        // Given
        set("loud", "producer_byte_rate", QUOTA);

        // When: twenty seconds' worth
        int throttleMs = produce("loud", 20 * QUOTA);

        // Then
        assertThat(throttleMs).isPositive();
        assertThat(produce("quiet", 20 * QUOTA)).isZero();

        // When
        time.advance(throttleMs + 11_000);

        // Then
        assertThat(produce("loud", QUOTA / 2)).isZero();
    }

    @Test
    void shouldHoldBackLongerWhoTakesMore() {
        // Given
        set(null, "producer_byte_rate", QUOTA);

        // Then
        assertThat(produce("more", 40 * QUOTA)).isGreaterThan(produce("less", 20 * QUOTA));
    }

    @Test
    void shouldNotCountAFetchThatIsRefused() {
        // Given
        set("reader", "consumer_byte_rate", QUOTA);

        // When
        int throttleMs = fetch("reader", 100 * QUOTA);

        // Then: it got nothing, so it may take its share
        assertThat(throttleMs).isPositive();
        assertThat(fetch("reader", QUOTA)).isZero();
        assertThat(quotas.maxFetchBytes(request("reader", 0))).isEqualTo(10 * QUOTA);
    }

    @Test
    void shouldHoldBackForAWindowAtMostWhoTakesTheThreads() {
        // Given
        set("busy", "request_percentage", 1);

        // When
        int throttleMs = quotas.onThreadTime(request("busy", 0), TimeUnit.SECONDS.toNanos(100));

        // Then
        assertThat(throttleMs).isEqualTo(1_000);
    }

    @Test
    void shouldPreferTheQuotaOfAClientToThatOfAll() {
        // Given
        set(null, "producer_byte_rate", QUOTA);
        set("big", "producer_byte_rate", 1000 * QUOTA);

        // Then
        assertThat(produce("big", 20 * QUOTA)).isZero();
        assertThat(produce("other", 20 * QUOTA)).isPositive();
    }
}
