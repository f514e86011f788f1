package io.tailrace.broker.quota;

import static io.tailrace.broker.RunningBroker.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.broker.RequestClient;
import io.tailrace.broker.RunningBroker;
import io.tailrace.local.junit.PostgresExtension;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Quotas, as Kafka's Admin client sets them and as clients feel them. */
class QuotaIT {

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private RunningBroker broker;
    private Admin admin;
    private Uuid topicId = Uuid.ZERO_UUID;

    @BeforeEach
    void start() throws Exception {
        broker = new RunningBroker(POSTGRES.freshDatabase(), Map.of());
        admin = broker.admin();
        topicId = get(admin.createTopics(List.of(new NewTopic("orders", 1, (short) 1)))
                .topicId("orders"));
    }

    @AfterEach
    void stop() {
        admin.close();
        broker.close();
    }

    private static ClientQuotaEntity clientId(@Nullable String name) {
        Map<String, String> entity = new HashMap<>();
        entity.put(ClientQuotaEntity.CLIENT_ID, name);
        return new ClientQuotaEntity(entity);
    }

    private void set(ClientQuotaEntity entity, String quota, @Nullable Double value) throws Exception {
        get(admin.alterClientQuotas(
                        List.of(new ClientQuotaAlteration(entity, List.of(new ClientQuotaAlteration.Op(quota, value)))))
                .all());
    }

    private Map<ClientQuotaEntity, Map<String, Double>> all() throws Exception {
        return get(admin.describeClientQuotas(ClientQuotaFilter.all()).entities());
    }

    @Test
    void shouldKeepQuotasOverARestart() throws Exception {
        // Given
        ClientQuotaEntity both =
                new ClientQuotaEntity(Map.of(ClientQuotaEntity.USER, "ada", ClientQuotaEntity.CLIENT_ID, "reports"));

        // When
        set(both, "consumer_byte_rate", 1000.0);
        set(clientId(null), "producer_byte_rate", 2000.0);
        broker.restart();
        admin.close();
        admin = broker.admin();

        // Then
        assertThat(all())
                .isEqualTo(Map.of(
                        both,
                        Map.of("consumer_byte_rate", 1000.0),
                        clientId(null),
                        Map.of("producer_byte_rate", 2000.0)));
        ClientQuotaFilter byUser =
                ClientQuotaFilter.contains(List.of(ClientQuotaFilterComponent.ofEntity(ClientQuotaEntity.USER, "ada")));
        assertThat(get(admin.describeClientQuotas(byUser).entities())).containsOnlyKeys(both);

        // When
        set(both, "consumer_byte_rate", null);

        // Then
        assertThat(all()).containsOnlyKeys(clientId(null));
    }

    @Test
    void shouldRefuseWhatIsNoQuota() {
        assertThatThrownBy(() -> set(clientId("a"), "producer_byte_rates", 1.0))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("Invalid configuration key producer_byte_rates");
        assertThatThrownBy(() -> set(clientId("a"), "producer_byte_rate", 0.0))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("Quota producer_byte_rate must be greater than 0");
        assertThatThrownBy(() -> set(clientId("a"), "producer_byte_rate", 1.5))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("producer_byte_rate cannot be a fractional value.");
        assertThatThrownBy(() -> set(new ClientQuotaEntity(Map.of("ip", "127.0.0.1")), "connection_creation_rate", 1.0))
                .isInstanceOf(InvalidRequestException.class);
    }

    private static ProduceRequest produce(int bytes) {
        MemoryRecords records = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(1L, new byte[bytes]));
        ProduceRequestData data = new ProduceRequestData().setAcks((short) -1).setTimeoutMs(10_000);
        TopicProduceData topic = new TopicProduceData().setName("orders");
        topic.partitionData().add(new PartitionProduceData().setIndex(0).setRecords(records));
        data.topicData().add(topic);
        return new ProduceRequest(data, (short) 12);
    }

    private static ApiVersionsRequest anything() {
        return new ApiVersionsRequest(new ApiVersionsRequestData(), (short) 0);
    }

    @Test
    void shouldHoldAProducerBack() throws Exception {
        // Given
        set(clientId("loud"), "producer_byte_rate", 10_000.0);

        try (RequestClient loud = new RequestClient(broker.broker().port(), "loud");
                RequestClient quiet = new RequestClient(broker.broker().port(), "quiet")) {
            // When
            int throttleMs = loud.ask(produce(120_000)).throttleTimeMs();
            int quietThrottleMs = quiet.ask(produce(120_000)).throttleTimeMs();

            // Then: it is answered later, too; how long it is held back, RequestQueueTest and ClientQuotasTest show
            assertThat(throttleMs).isPositive();
            assertThat(quietThrottleMs).isZero();
            assertThat(loud.ask(anything()).errorCounts()).containsOnlyKeys(Errors.NONE);
        }
    }

    private FetchResponse fetch(RequestClient client) throws Exception {
        FetchRequest.PartitionData wanted = new FetchRequest.PartitionData(topicId, 0, -1, 1_000_000, Optional.empty());
        FetchRequest request = FetchRequest.Builder.forConsumer(
                        (short) 17, 0, 1, Map.of(new TopicPartition("orders", 0), wanted))
                .build((short) 17);
        return (FetchResponse) client.ask(request);
    }

    private static int recordBytes(FetchResponse response) {
        return response.data().responses().stream()
                .flatMap(topic -> topic.partitions().stream())
                .mapToInt(FetchResponse::recordsSize)
                .sum();
    }

    @Test
    void shouldGiveNothingToAConsumerThatHasHadItsShare() throws Exception {
        // Given
        set(clientId("loud"), "consumer_byte_rate", 10_000.0);
        try (RequestClient writer = new RequestClient(broker.broker().port(), "writer")) {
            writer.ask(produce(70_000));
        }

        try (RequestClient loud = new RequestClient(broker.broker().port(), "loud")) {
            // When
            FetchResponse first = fetch(loud);
            FetchResponse second = fetch(loud);
            FetchResponse third = fetch(loud);

            // Then
            assertThat(recordBytes(first)).isGreaterThan(70_000);
            List<FetchResponse> later = List.of(second, third);
            assertThat(later).anySatisfy(response -> {
                assertThat(response.throttleTimeMs()).isPositive();
                assertThat(recordBytes(response)).isZero();
            });
        }
    }
}
