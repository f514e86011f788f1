package io.tailrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.SharedBroker;
import io.tailrace.e2e.client.Capability;
import io.tailrace.e2e.client.ClientKind;
import io.tailrace.e2e.client.ConsumerSettings;
import io.tailrace.e2e.client.EachClient;
import io.tailrace.e2e.client.Message;
import io.tailrace.e2e.client.OffsetQuery;
import io.tailrace.e2e.client.Place;
import io.tailrace.e2e.client.ProducerSettings;
import io.tailrace.e2e.client.ReceivedRecord;
import io.tailrace.e2e.client.ScenarioClient;
import io.tailrace.e2e.client.ScenarioConsumer;
import io.tailrace.e2e.client.ScenarioProducer;
import io.tailrace.e2e.record.HeaderField;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A producer sends one record or many, with any acknowledgement, and a consumer gets the same back. */
@Execution(ExecutionMode.CONCURRENT)
class ProducerScenariosIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @RegisterExtension
    static final SharedBroker BROKER = SharedBroker.ofAllClasses();

    @EachClient
    void shouldNumberRecordsFromZero(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        ScenarioProducer producer = BROKER.client(kind).producer(ProducerSettings.PLAIN);

        // Then
        for (int i = 0; i < 3; i++) {
            assertThat(producer.send(Message.to(partition, "key", "value " + i)))
                    .isEqualTo(new Place(0, i));
        }
    }

    @EachClient
    void shouldStoreABatchInOrder(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        ScenarioClient client = BROKER.client(kind);
        List<Message> messages = IntStream.range(0, 1_000)
                .mapToObj(i -> Message.to(partition, "value " + i))
                .toList();

        // When
        List<Place> places =
                client.producer(ProducerSettings.PLAIN.withLingerMs(5)).send(messages);

        // Then
        assertThat(places)
                .isEqualTo(
                        IntStream.range(0, 1_000).mapToObj(i -> new Place(0, i)).toList());
        assertThat(client.offset(partition, OffsetQuery.LATEST)).isEqualTo(1_000);
        assertThat(Reading.all(BROKER, partition))
                .extracting(ReceivedRecord::text)
                .containsExactlyElementsOf(
                        IntStream.range(0, 1_000).mapToObj(i -> "value " + i).toList());
    }

    @EachClient
    void shouldStoreWithoutAcknowledgement(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        ScenarioClient client = BROKER.client(kind);

        // When
        client.producer(ProducerSettings.PLAIN.withAcks("0")).send(Message.to(partition, "unconfirmed"));

        // Then
        Awaitility.await().atMost(LIMIT).untilAsserted(() -> assertThat(client.offset(partition, OffsetQuery.LATEST))
                .isEqualTo(1));
    }

    @EachClient
    void shouldStoreWithOneAcknowledgement(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        ScenarioProducer producer = BROKER.client(kind).producer(ProducerSettings.PLAIN.withAcks("1"));

        // Then
        assertThat(producer.send(Message.to(partition, "confirmed"))).isEqualTo(new Place(0, 0));
    }

    @EachClient(can = {Capability.BASICS, Capability.ASSIGN})
    void shouldGiveBackWhatWasSent(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        ScenarioClient client = BROKER.client(kind);
        List<HeaderField> headers = List.of(
                new HeaderField("trace", Message.bytes("a1")),
                new HeaderField("trace", Message.bytes("b2")),
                new HeaderField("empty", Message.bytes("")),
                new HeaderField("none", kind.can(Capability.NULL_HEADERS) ? null : Message.bytes("value")));
        List<Message> messages = List.of(
                Message.to(partition, "key", "value").at(1_600_000_000_123L).with(headers),
                Message.to(partition, null, "no key").at(1_600_000_000_000L),
                Message.to(partition, "no value", null).at(1),
                Message.to(partition, "", "").at(1_600_000_000_999L));
        client.producer(ProducerSettings.IDEMPOTENT).send(messages);
        ScenarioConsumer consumer = client.consumer(ConsumerSettings.PLAIN);

        // When
        consumer.assign(Map.of(partition, 0L));

        // Then
        List<ReceivedRecord> received = consumer.take(4, LIMIT);
        assertThat(received).extracting(ReceivedRecord::offset).containsExactly(0L, 1L, 2L, 3L);
        for (int i = 0; i < 4; i++) {
            Reading.assertSame(messages.get(i), received.get(i));
        }
    }

    @EachClient
    void shouldKeepTheProducersTimestamp(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        ScenarioProducer producer = BROKER.client(kind).producer(ProducerSettings.PLAIN);

        // When
        producer.send(Message.to(partition, "then").at(1_234_567_890_123L));

        // Then
        assertThat(Reading.all(BROKER, partition).get(0).content().timestamp()).isEqualTo(1_234_567_890_123L);
    }

    @EachClient(can = {Capability.BASICS, Capability.ASSIGN})
    void shouldReadFromAnyOffset(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        ScenarioClient client = BROKER.client(kind);
        client.producer(ProducerSettings.PLAIN)
                .send(IntStream.range(0, 20)
                        .mapToObj(i -> Message.to(partition, "value " + i))
                        .toList());
        ScenarioConsumer consumer = client.consumer(ConsumerSettings.PLAIN);
        consumer.assign(Map.of(partition, 13L));
        assertThat(consumer.take(7, LIMIT))
                .extracting(ReceivedRecord::offset)
                .containsExactly(13L, 14L, 15L, 16L, 17L, 18L, 19L);

        // When
        consumer.seek(partition, 5);

        // Then
        assertThat(consumer.take(3, LIMIT))
                .extracting(ReceivedRecord::text)
                .containsExactly("value 5", "value 6", "value 7");
    }
}
