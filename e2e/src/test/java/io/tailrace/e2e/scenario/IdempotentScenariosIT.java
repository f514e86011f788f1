package io.tailrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.SharedBroker;
import io.tailrace.e2e.client.ClientKind;
import io.tailrace.e2e.client.EachClient;
import io.tailrace.e2e.client.Message;
import io.tailrace.e2e.client.OffsetQuery;
import io.tailrace.e2e.client.Place;
import io.tailrace.e2e.client.ProducerSettings;
import io.tailrace.e2e.client.ReceivedRecord;
import io.tailrace.e2e.client.ScenarioClient;
import io.tailrace.e2e.client.ScenarioProducer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Idempotent producers of every client; what happens to a batch that comes twice is IdempotenceIT's. */
@Execution(ExecutionMode.CONCURRENT)
class IdempotentScenariosIT {

    @RegisterExtension
    static final SharedBroker BROKER = SharedBroker.ofAllClasses();

    @EachClient
    void shouldStoreEveryRecordOnceAndInOrder(ClientKind kind) {
        // Given
        List<TopicPartition> partitions = BROKER.freshTopic(3);
        ScenarioProducer producer = BROKER.client(kind).producer(ProducerSettings.IDEMPOTENT.withLingerMs(1));

        // When: more batches than the window of five, over several partitions
        for (int round = 0; round < 12; round++) {
            List<Message> batch = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                batch.add(Message.to(partitions.get(i % 3), "value " + (round * 10 + i / 3)));
            }
            producer.send(batch);
        }

        // Then
        for (TopicPartition partition : partitions) {
            assertThat(Reading.all(BROKER, partition))
                    .extracting(ReceivedRecord::text)
                    .containsExactlyElementsOf(
                            IntStream.range(0, 120).mapToObj(i -> "value " + i).toList());
        }
    }

    @EachClient
    void shouldTakeAProducerThatStartsAgain(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        ScenarioClient client = BROKER.client(kind);

        // Then: without a transactional id it is a new one each time
        for (int i = 0; i < 3; i++) {
            ScenarioProducer producer = client.producer(ProducerSettings.IDEMPOTENT);
            assertThat(producer.send(Message.to(partition, "run " + i))).isEqualTo(new Place(0, i));
            producer.close();
        }
    }

    @EachClient
    void shouldKeepProducersOfOnePartitionApart(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        ScenarioClient client = BROKER.client(kind);
        List<ScenarioProducer> producers = IntStream.range(0, 4)
                .mapToObj(i -> client.producer(ProducerSettings.IDEMPOTENT))
                .toList();

        // When
        for (int round = 0; round < 10; round++) {
            for (ScenarioProducer producer : producers) {
                producer.send(List.of(Message.to(partition, "a"), Message.to(partition, "b")));
            }
        }

        // Then
        assertThat(client.offset(partition, OffsetQuery.LATEST)).isEqualTo(80);
    }
}
