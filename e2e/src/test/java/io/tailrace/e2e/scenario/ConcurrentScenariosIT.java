package io.tailrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.SharedBroker;
import io.tailrace.e2e.client.Capability;
import io.tailrace.e2e.client.ClientKind;
import io.tailrace.e2e.client.ConsumerSettings;
import io.tailrace.e2e.client.EachClient;
import io.tailrace.e2e.client.Message;
import io.tailrace.e2e.client.ProducerSettings;
import io.tailrace.e2e.client.ReceivedRecord;
import io.tailrace.e2e.client.ScenarioClient;
import io.tailrace.e2e.client.ScenarioConsumer;
import io.tailrace.e2e.client.ScenarioProducer;
import io.tailrace.e2e.wire.Requests;
import io.tailrace.e2e.wire.WireConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Many at once. */
@Execution(ExecutionMode.CONCURRENT)
class ConcurrentScenariosIT {

    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final int CONNECTIONS = 300;

    @RegisterExtension
    static final SharedBroker BROKER = SharedBroker.ofAllClasses();

    @EachClient
    void shouldKeepEachProducersOrder(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        ScenarioClient client = BROKER.client(kind);
        List<CompletableFuture<Void>> all = new ArrayList<>();

        // When
        for (int p = 0; p < 4; p++) {
            String name = "producer " + p + ": ";
            ScenarioProducer producer = client.producer(ProducerSettings.IDEMPOTENT.withLingerMs(1));
            all.add(CompletableFuture.runAsync(() -> {
                for (int round = 0; round < 5; round++) {
                    int from = round * 40;
                    producer.send(IntStream.range(from, from + 40)
                            .mapToObj(i -> Message.to(partition, name + i))
                            .toList());
                }
            }));
        }
        all.forEach(CompletableFuture::join);

        // Then
        List<ReceivedRecord> stored = Reading.all(BROKER, partition);
        assertThat(stored).hasSize(800);
        for (int p = 0; p < 4; p++) {
            String name = "producer " + p + ": ";
            assertThat(stored.stream().map(ReceivedRecord::text).filter(text -> text.startsWith(name)))
                    .containsExactlyElementsOf(
                            IntStream.range(0, 200).mapToObj(i -> name + i).toList());
        }
    }

    @EachClient(can = {Capability.BASICS, Capability.ASSIGN})
    void shouldReadWhileOthersWrite(ClientKind kind) {
        // Given: one that is there from the start, and one that catches up
        TopicPartition partition = BROKER.freshPartition();
        ScenarioClient client = BROKER.client(kind);
        ScenarioProducer producer = client.producer(ProducerSettings.PLAIN);
        ScenarioConsumer early = client.consumer(ConsumerSettings.PLAIN);
        early.assign(Map.of(partition, 0L));

        // When
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
            for (int round = 0; round < 25; round++) {
                int from = round * 20;
                producer.send(IntStream.range(from, from + 20)
                        .mapToObj(i -> Message.to(partition, "value " + i))
                        .toList());
            }
        });
        ScenarioConsumer late = client.consumer(ConsumerSettings.PLAIN);
        late.assign(Map.of(partition, 0L));

        // Then
        List<String> expected =
                IntStream.range(0, 500).mapToObj(i -> "value " + i).toList();
        assertThat(early.take(500, LIMIT)).extracting(ReceivedRecord::text).isEqualTo(expected);
        assertThat(late.take(500, LIMIT)).extracting(ReceivedRecord::text).isEqualTo(expected);
        writing.join();
    }

    @Test
    void shouldAnswerPipelinedRequestsInOrder() {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        try (WireConnection connection = BROKER.connect()) {
            // When
            for (int i = 0; i < 50; i++) {
                connection.write(Requests.produce(partition, Requests.batch(1)));
            }

            // Then: WireConnection compares the correlation ids
            for (int i = 0; i < 50; i++) {
                assertThat(Requests.readProduce(connection).baseOffset()).isEqualTo(i);
            }
        }
    }

    @Test
    void shouldServeManyConnections() {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        List<WireConnection> connections = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            connections.add(BROKER.connect());
        }

        // When
        connections.forEach(connection -> connection.write(Requests.produce(partition, Requests.batch(1))));

        // Then
        assertThat(connections.stream()
                        .map(connection -> Requests.readProduce(connection).baseOffset()))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, CONNECTIONS).mapToObj(i -> (long) i).toList());
        connections.forEach(WireConnection::close);
    }
}
