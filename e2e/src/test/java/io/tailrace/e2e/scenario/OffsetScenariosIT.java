package io.tailrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.SharedBroker;
import io.tailrace.e2e.client.Capability;
import io.tailrace.e2e.client.ClientKind;
import io.tailrace.e2e.client.CommittedOffset;
import io.tailrace.e2e.client.ConsumerSettings;
import io.tailrace.e2e.client.EachClient;
import io.tailrace.e2e.client.Message;
import io.tailrace.e2e.client.OffsetQuery;
import io.tailrace.e2e.client.Place;
import io.tailrace.e2e.client.ProducerSettings;
import io.tailrace.e2e.client.ReceivedRecord;
import io.tailrace.e2e.client.ScenarioClient;
import io.tailrace.e2e.client.ScenarioConsumer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Where a partition begins and ends, and where a group has got to. */
@Execution(ExecutionMode.CONCURRENT)
class OffsetScenariosIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @RegisterExtension
    static final SharedBroker BROKER = SharedBroker.ofAllClasses();

    private static void produce(TopicPartition partition, int from, int to) {
        BROKER.client(ClientKind.JAVA)
                .producer(ProducerSettings.PLAIN)
                .send(IntStream.range(from, to)
                        .mapToObj(i -> Message.to(partition, "value " + i).at(1_000_000L + i * 1_000L))
                        .toList());
    }

    @EachClient
    void shouldFindBeginningAndEnd(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        ScenarioClient client = BROKER.client(kind);
        produce(partition, 0, 25);

        // Then
        assertThat(client.offset(partition, OffsetQuery.EARLIEST)).isZero();
        assertThat(client.offset(partition, OffsetQuery.LATEST)).isEqualTo(25);
    }

    @EachClient
    void shouldFindTheFirstRecordOfATime(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        ScenarioClient client = BROKER.client(kind);
        produce(partition, 0, 10);

        // Then
        assertThat(client.offset(partition, OffsetQuery.atTimestamp(1))).isZero();
        assertThat(client.offset(partition, OffsetQuery.atTimestamp(1_004_000))).isEqualTo(4);
        assertThat(client.offset(partition, OffsetQuery.atTimestamp(1_004_001))).isEqualTo(5);
        // KafkaJS makes the end of it.
        assertThat(client.offset(partition, OffsetQuery.atTimestamp(1_009_001)))
                .isEqualTo(kind == ClientKind.KAFKAJS ? 10 : -1);
    }

    @EachClient(can = {Capability.BASICS, Capability.OFFSET_SPECS})
    void shouldFindTheGreatestTimestamp(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        BROKER.client(ClientKind.JAVA)
                .producer(ProducerSettings.PLAIN)
                .send(List.of(
                        Message.to(partition, "a").at(1_000),
                        Message.to(partition, "b").at(9_000),
                        Message.to(partition, "c").at(5_000)));

        // Then
        assertThat(BROKER.client(kind).offset(partition, OffsetQuery.MAX_TIMESTAMP))
                .isEqualTo(1);
    }

    @EachClient(can = Capability.MEMBER)
    void shouldKeepWhatIsCommitted(ClientKind kind) {
        // Given
        List<TopicPartition> partitions = BROKER.freshTopic(2);
        String group = BROKER.freshGroup();
        ScenarioConsumer consumer = member(kind, group, partitions);

        // When
        consumer.commit(Map.of(
                partitions.get(0), new CommittedOffset(7, "half way"), partitions.get(1), new CommittedOffset(0)));

        // Then
        Map<TopicPartition, CommittedOffset> expected = Map.of(
                partitions.get(0), new CommittedOffset(7, "half way"), partitions.get(1), new CommittedOffset(0));
        assertThat(consumer.committed(partitions)).isEqualTo(expected);
        assertThat(BROKER.client(ClientKind.JAVA).committed(group, partitions)).isEqualTo(expected);
    }

    @EachClient(can = Capability.MEMBER)
    void shouldCommitAgainAndBackwards(ClientKind kind) {
        // Given
        List<TopicPartition> partitions = BROKER.freshTopic(1);
        String group = BROKER.freshGroup();
        ScenarioConsumer consumer = member(kind, group, partitions);

        // Then
        for (long offset : new long[] {5, 9, 3, Long.MAX_VALUE / 2}) {
            consumer.commit(Map.of(partitions.get(0), new CommittedOffset(offset)));
            assertThat(BROKER.client(ClientKind.JAVA).committed(group, partitions))
                    .containsOnly(Map.entry(partitions.get(0), new CommittedOffset(offset)));
        }
    }

    private static ScenarioConsumer member(ClientKind kind, String group, List<TopicPartition> partitions) {
        ScenarioConsumer consumer = BROKER.client(kind).consumer(ConsumerSettings.inGroup(group));
        consumer.subscribe(List.of(partitions.get(0).topic()));
        Groups.awaitShared(partitions, consumer);
        return consumer;
    }

    @EachClient
    void shouldKnowNothingOfANewGroup(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();

        // Then
        assertThat(BROKER.client(kind).committed(BROKER.freshGroup(), List.of(partition)))
                .isEmpty();
    }

    @EachClient
    void shouldSetTheOffsetsOfAGroupWithoutMembers(ClientKind kind) {
        // Given
        List<TopicPartition> partitions = BROKER.freshTopic(3);
        ScenarioClient client = BROKER.client(kind);
        String group = BROKER.freshGroup();

        // When
        client.alterOffsets(
                group, Map.of(partitions.get(0), new CommittedOffset(3), partitions.get(2), new CommittedOffset(1)));

        // Then
        assertThat(client.committed(group, partitions).keySet())
                .containsExactlyInAnyOrder(partitions.get(0), partitions.get(2));
        assertThat(client.committed(group, partitions).values())
                .extracting(CommittedOffset::offset)
                .containsExactlyInAnyOrder(3L, 1L);
    }

    @EachClient(can = Capability.MEMBER)
    void shouldStartWhereTheResetSays(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        produce(partition, 0, 5);
        ScenarioClient client = BROKER.client(kind);
        ScenarioConsumer earliest = client.consumer(ConsumerSettings.inGroup(BROKER.freshGroup()));
        ScenarioConsumer latest =
                client.consumer(ConsumerSettings.inGroup(BROKER.freshGroup()).withReset("latest"));
        earliest.subscribe(List.of(partition.topic()));
        latest.subscribe(List.of(partition.topic()));
        Groups.awaitShared(List.of(partition), latest);
        assertThat(earliest.take(5, LIMIT)).hasSize(5);
        assertThat(latest.take(1, Duration.ofSeconds(1))).isEmpty();

        // When
        produce(partition, 5, 6);

        // Then
        assertThat(latest.take(1, LIMIT)).extracting(ReceivedRecord::offset).containsExactly(5L);
        assertThat(earliest.take(1, LIMIT)).extracting(ReceivedRecord::offset).containsExactly(5L);
    }

    @EachClient(can = {Capability.ASSIGN, Capability.RESET_NONE})
    void shouldFailWithoutAReset(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        produce(partition, 0, 5);
        ScenarioConsumer consumer = BROKER.client(kind).consumer(ConsumerSettings.PLAIN.withReset("none"));

        // When
        consumer.assign(Map.of(partition, 100L));

        // Then
        Failures.assertError(() -> consumer.take(1, LIMIT), Errors.OFFSET_OUT_OF_RANGE, Errors.UNKNOWN_SERVER_ERROR);
    }

    @EachClient(can = {Capability.ASSIGN, Capability.RESET_NONE})
    void shouldGoBackToTheBeginningWhenOutOfRange(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        produce(partition, 0, 5);
        ScenarioConsumer consumer = BROKER.client(kind).consumer(ConsumerSettings.PLAIN);

        // When
        consumer.assign(Map.of(partition, 100L));

        // Then
        assertThat(consumer.take(5, LIMIT)).extracting(ReceivedRecord::offset).containsExactly(0L, 1L, 2L, 3L, 4L);
    }

    @EachClient
    void shouldNeverUseAnOffsetAgain(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        ScenarioClient client = BROKER.client(kind);
        produce(partition, 0, 10);

        // When: everything is deleted
        assertThat(client.deleteRecords(partition, 10)).isEqualTo(10);

        // Then
        assertThat(client.offset(partition, OffsetQuery.EARLIEST)).isEqualTo(10);
        assertThat(client.offset(partition, OffsetQuery.LATEST)).isEqualTo(10);
        assertThat(client.producer(ProducerSettings.PLAIN).send(Message.to(partition, "next")))
                .isEqualTo(new Place(0, 10));
    }

    @EachClient
    void shouldDeleteRecordsBeforeAnOffset(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        ScenarioClient client = BROKER.client(kind);
        produce(partition, 0, 10);

        // When
        assertThat(client.deleteRecords(partition, 4)).isEqualTo(4);

        // Then
        assertThat(client.offset(partition, OffsetQuery.EARLIEST)).isEqualTo(4);
        assertThat(Reading.all(BROKER, partition))
                .extracting(ReceivedRecord::offset)
                .startsWith(4L)
                .hasSize(6);
        Failures.assertError(() -> client.deleteRecords(partition, 11), Errors.OFFSET_OUT_OF_RANGE);
    }
}
