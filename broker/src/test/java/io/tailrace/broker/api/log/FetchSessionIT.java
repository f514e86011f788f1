package io.tailrace.broker.api.log;

import static io.tailrace.broker.RunningBroker.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.broker.RequestClient;
import io.tailrace.broker.RunningBroker;
import io.tailrace.local.junit.PostgresExtension;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchMetadata;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Incremental fetch sessions, request by request, with topic names and with topic ids. */
class FetchSessionIT {

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private static final short NEWEST = 17;

    private RunningBroker broker;
    private RequestClient client;
    private Uuid topicId = Uuid.ZERO_UUID;

    @BeforeEach
    void start() throws Exception {
        broker = new RunningBroker(POSTGRES.freshDatabase(), Map.of("TAILRACE_LOG_FETCH_SESSIONS", "8"));
        try (Admin admin = broker.admin()) {
            topicId = get(admin.createTopics(List.of(new NewTopic("orders", 3, (short) 1)))
                    .topicId("orders"));
        }
        client = new RequestClient(broker.broker().port(), "fetcher");
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        broker.close();
    }

    private FetchResponse fetch(
            short version, FetchMetadata session, Map<Integer, Long> offsets, List<TopicIdPartition> forget)
            throws Exception {
        Map<TopicPartition, FetchRequest.PartitionData> wanted = new LinkedHashMap<>();
        offsets.forEach((partition, offset) -> wanted.put(
                new TopicPartition("orders", partition),
                new FetchRequest.PartitionData(topicId, offset, -1, 1_000_000, Optional.empty())));
        FetchRequest request = FetchRequest.Builder.forConsumer(version, 0, 1, wanted)
                .metadata(session)
                .removed(forget)
                .build(version);
        return (FetchResponse) client.ask(request);
    }

    private static Map<Integer, Integer> recordBytes(FetchResponse response) {
        Map<Integer, Integer> bytes = new TreeMap<>();
        response.data().responses().forEach(topic -> topic.partitions()
                .forEach(data -> bytes.put(data.partitionIndex(), FetchResponse.recordsSize(data))));
        return bytes;
    }

    private TopicIdPartition partition(int partition) {
        return new TopicIdPartition(topicId, partition, "orders");
    }

    @ParameterizedTest
    @ValueSource(shorts = {7, 12, 13, NEWEST})
    void shouldTellOnlyWhatChanged(short version) throws Exception {
        // Given
        broker.send("orders", 1, 2);

        // When
        FetchResponse first = fetch(version, FetchMetadata.INITIAL, Map.of(0, 0L, 1, 0L), List.of());

        // Then
        assertThat(first.error()).isEqualTo(Errors.NONE);
        assertThat(first.sessionId()).isPositive();
        assertThat(recordBytes(first)).containsKeys(0, 1);

        // When
        FetchMetadata next = FetchMetadata.newIncremental(first.sessionId());
        FetchResponse second = fetch(version, next, Map.of(1, 2L), List.of());

        // Then
        assertThat(second.error()).isEqualTo(Errors.NONE);
        assertThat(recordBytes(second)).isEmpty();

        // When
        broker.send("orders", 0, 1);
        FetchResponse third = fetch(version, next.nextIncremental(), Map.of(), List.of());

        // Then
        assertThat(recordBytes(third)).containsOnlyKeys(0);
        assertThat(recordBytes(third).get(0)).isPositive();
    }

    @Test
    void shouldForgetPartitions() throws Exception {
        // Given
        FetchResponse first = fetch(NEWEST, FetchMetadata.INITIAL, Map.of(0, 0L, 1, 0L), List.of());
        FetchMetadata next = FetchMetadata.newIncremental(first.sessionId());

        // When
        FetchResponse second = fetch(NEWEST, next, Map.of(2, 0L), List.of(partition(0)));
        broker.send("orders", 0, 1);
        broker.send("orders", 2, 1);
        FetchResponse third = fetch(NEWEST, next.nextIncremental(), Map.of(), List.of());

        // Then
        assertThat(recordBytes(second)).containsOnlyKeys(2);
        assertThat(recordBytes(third)).containsOnlyKeys(2);
    }

    @Test
    void shouldRefuseSessionsAndEpochsThatAreNotThere() throws Exception {
        // Given
        FetchResponse first = fetch(NEWEST, FetchMetadata.INITIAL, Map.of(0, 0L), List.of());
        FetchMetadata next = FetchMetadata.newIncremental(first.sessionId());

        // Then
        assertThat(fetch(NEWEST, FetchMetadata.newIncremental(first.sessionId() + 1), Map.of(), List.of())
                        .error())
                .isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
        assertThat(fetch(NEWEST, next.nextIncremental(), Map.of(), List.of()).error())
                .isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH);
        assertThat(fetch((short) 12, next, Map.of(), List.of()).error()).isEqualTo(Errors.FETCH_SESSION_TOPIC_ID_ERROR);
    }

    @Test
    void shouldCloseASessionThatIsDoneWith() throws Exception {
        // Given
        FetchResponse first = fetch(NEWEST, FetchMetadata.INITIAL, Map.of(0, 0L), List.of());

        // When
        FetchResponse last = fetch(
                NEWEST, new FetchMetadata(first.sessionId(), FetchMetadata.FINAL_EPOCH), Map.of(0, 0L), List.of());

        // Then
        assertThat(last.sessionId()).isEqualTo(FetchMetadata.INVALID_SESSION_ID);
        assertThat(fetch(NEWEST, FetchMetadata.newIncremental(first.sessionId()), Map.of(), List.of())
                        .error())
                .isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
    }

    @Test
    void shouldGiveOutOnlySoManySessions() throws Exception {
        // When
        int without = 0;
        for (int i = 0; i < 20; i++) {
            FetchResponse response = fetch(NEWEST, FetchMetadata.INITIAL, Map.of(0, 0L), List.of());
            without += response.sessionId() == FetchMetadata.INVALID_SESSION_ID ? 1 : 0;
        }

        // Then
        assertThat(without).isEqualTo(12);
    }

    @Test
    void shouldTellOfATopicThatWasDeleted() throws Exception {
        // Given
        FetchResponse first = fetch(NEWEST, FetchMetadata.INITIAL, Map.of(0, 0L), List.of());

        // When
        try (Admin admin = broker.admin()) {
            get(admin.deleteTopics(List.of("orders")).all());
        }
        FetchResponse second = fetch(NEWEST, FetchMetadata.newIncremental(first.sessionId()), Map.of(), List.of());

        // Then: the session knows its name
        assertThat(errorOf(second)).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(errorOf(fetch(NEWEST, FetchMetadata.LEGACY, Map.of(0, 0L), List.of())))
                .isEqualTo(Errors.UNKNOWN_TOPIC_ID);
    }

    @Test
    void shouldTellOfATopicThatWasMadeAgain() throws Exception {
        // Given
        FetchResponse first = fetch(NEWEST, FetchMetadata.INITIAL, Map.of(0, 0L), List.of());

        // When
        try (Admin admin = broker.admin()) {
            get(admin.deleteTopics(List.of("orders")).all());
            get(admin.createTopics(List.of(new NewTopic("orders", 3, (short) 1)))
                    .all());
        }
        FetchResponse second = fetch(NEWEST, FetchMetadata.newIncremental(first.sessionId()), Map.of(), List.of());

        // Then
        assertThat(errorOf(second)).isEqualTo(Errors.INCONSISTENT_TOPIC_ID);
        assertThat(errorOf(fetch(NEWEST, FetchMetadata.LEGACY, Map.of(0, 0L), List.of())))
                .isEqualTo(Errors.UNKNOWN_TOPIC_ID);
    }

    private static Errors errorOf(FetchResponse response) {
        FetchResponseData.PartitionData data =
                response.data().responses().get(0).partitions().get(0);
        return Errors.forCode(data.errorCode());
    }
}
