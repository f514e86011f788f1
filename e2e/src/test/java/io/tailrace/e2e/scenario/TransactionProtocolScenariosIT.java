package io.tailrace.e2e.scenario;

import static io.tailrace.e2e.wire.GroupRequests.joinAlone;
import static io.tailrace.e2e.wire.GroupRequests.sync;
import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.SharedBroker;
import io.tailrace.e2e.client.ClientKind;
import io.tailrace.e2e.client.CommittedOffset;
import io.tailrace.e2e.client.ReceivedRecord;
import io.tailrace.e2e.wire.TransactionRequests;
import io.tailrace.e2e.wire.WireConnection;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What the coordinator of transactions answers to what is repeated, late or wrong. */
@Execution(ExecutionMode.CONCURRENT)
class TransactionProtocolScenariosIT {

    private static final Errors[] FENCED = {Errors.PRODUCER_FENCED, Errors.INVALID_PRODUCER_EPOCH};
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @RegisterExtension
    static final SharedBroker BROKER = SharedBroker.ofAllClasses();

    private final TopicPartition partition = BROKER.freshPartition();
    private final String id = BROKER.freshGroup();
    private final WireConnection connection = BROKER.connect();

    @AfterEach
    void disconnect() {
        connection.close();
    }

    private List<String> committed() {
        return Reading.committed(BROKER, partition).stream()
                .map(ReceivedRecord::text)
                .toList();
    }

    @Test
    void shouldAnswerWhatIsRepeatedAsTheFirstTime() {
        // Given
        TransactionRequests producer = TransactionRequests.begun(connection, id);

        // Then
        assertThat(producer.addPartition(partition)).isEqualTo(Errors.NONE);
        assertThat(producer.addPartition(partition)).isEqualTo(Errors.NONE);
        assertThat(producer.produce(partition, "once")).isEqualTo(Errors.NONE);
        assertThat(producer.end(true)).isEqualTo(Errors.NONE);
        awaitEnd(producer, true);
        assertThat(producer.end(false)).isEqualTo(Errors.INVALID_TXN_STATE);
        assertThat(committed()).containsExactly("once");
    }

    /** Until the same end is answered as done. */
    private static void awaitEnd(TransactionRequests producer, boolean commit) {
        Awaitility.await().atMost(LIMIT).until(() -> producer.end(commit) == Errors.NONE);
    }

    /** Kafka's Java client sends it so where its threads meet, and ends for good at what Apache Kafka answers. */
    @Test
    void shouldCommitRecordsThatComeAfterTheirCommit() {
        // Given
        Assumptions.assumeFalse(SharedBroker.IS_REFERENCE, "Apache Kafka answers INVALID_TXN_STATE");
        TransactionRequests producer = TransactionRequests.begun(connection, id);

        // When
        assertThat(producer.endWithNewEpoch(true)).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        assertThat(producer.addPartition(partition)).isEqualTo(Errors.NONE);
        assertThat(producer.produce(partition, "late")).isEqualTo(Errors.NONE);

        // Then
        assertThat(producer.endWithNewEpoch(true)).isEqualTo(Errors.NONE);
        assertThat(committed()).containsExactly("late");
    }

    @Test
    void shouldTakeRecordsOnlyOfAPartitionInTheTransaction() {
        // Given
        TransactionRequests producer = TransactionRequests.begun(connection, id);
        TopicPartition other = BROKER.freshPartition();

        // Then
        assertThat(producer.produce(partition, "before it began")).isEqualTo(Errors.TRANSACTION_ABORTABLE);
        assertThat(producer.addPartition(partition)).isEqualTo(Errors.NONE);
        assertThat(producer.produce(partition, "in it")).isEqualTo(Errors.NONE);
        assertThat(producer.produce(other, "in another partition")).isEqualTo(Errors.TRANSACTION_ABORTABLE);
        assertThat(producer.end(true)).isEqualTo(Errors.NONE);
        awaitEnd(producer, true);
        assertThat(committed()).containsExactly("in it");
    }

    @Test
    void shouldFenceAnOldEpochEverywhere() {
        // Given
        TransactionRequests older = TransactionRequests.begun(connection, id);
        assertThat(older.addPartition(partition)).isEqualTo(Errors.NONE);
        assertThat(older.produce(partition, "pending")).isEqualTo(Errors.NONE);

        // When
        TransactionRequests newer = TransactionRequests.begun(connection, id);

        // Then
        assertThat(newer.producerId()).isEqualTo(older.producerId());
        assertThat(newer.epoch()).isGreaterThan(older.epoch());
        assertThat(older.addPartition(partition)).isIn((Object[]) FENCED);
        assertThat(older.produce(partition, "too late")).isIn((Object[]) FENCED);
        assertThat(older.addOffsets(BROKER.freshGroup())).isIn((Object[]) FENCED);
        assertThat(older.end(true)).isIn((Object[]) FENCED);
        assertThat(newer.addPartition(partition)).isEqualTo(Errors.NONE);
        assertThat(newer.produce(partition, "of the newer")).isEqualTo(Errors.NONE);
        assertThat(newer.end(true)).isEqualTo(Errors.NONE);
        awaitEnd(newer, true);
        assertThat(committed()).containsExactly("of the newer");
    }

    @Test
    void shouldFenceOffsetsByGeneration() {
        // Given
        String group = BROKER.freshGroup();
        var member = joinAlone(connection, group, 30_000);
        assertThat(sync(connection, group, member.generationId(), member.memberId()))
                .isEqualTo(Errors.NONE);
        TransactionRequests producer = TransactionRequests.begun(connection, id);
        assertThat(producer.addOffsets(group)).isEqualTo(Errors.NONE);
        int generation = member.generationId();

        // Then
        assertThat(producer.commitOffset(group, generation - 1, member.memberId(), partition, 1))
                .isEqualTo(Errors.ILLEGAL_GENERATION);
        assertThat(producer.commitOffset(group, generation, "stranger", partition, 2))
                .isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(producer.commitOffset(group, generation, member.memberId(), partition, 3))
                .isEqualTo(Errors.NONE);
        assertThat(producer.end(true)).isEqualTo(Errors.NONE);
        Awaitility.await().atMost(LIMIT).untilAsserted(() -> assertThat(
                        BROKER.client(ClientKind.JAVA).committed(group, List.of(partition)))
                .containsEntry(partition, new CommittedOffset(3)));
    }

    @Test
    void shouldFenceOffsetsByEpoch() {
        // Given
        String group = BROKER.freshGroup();
        TransactionRequests older = TransactionRequests.begun(connection, id);
        assertThat(older.addOffsets(group)).isEqualTo(Errors.NONE);
        assertThat(older.commitOffset(group, -1, "", partition, 1)).isEqualTo(Errors.NONE);

        // When
        TransactionRequests.begun(connection, id);

        // Then
        assertThat(older.commitOffset(group, -1, "", partition, 2)).isIn((Object[]) FENCED);
        assertThat(BROKER.client(ClientKind.JAVA).committed(group, List.of(partition)))
                .isEmpty();
    }

    @Test
    void shouldBoundTheTransactionTimeout() {
        for (int timeoutMs : new int[] {900_001, Integer.MAX_VALUE}) {
            assertThat(Errors.forCode(
                            TransactionRequests.init(connection, id, timeoutMs).errorCode()))
                    .isEqualTo(Errors.INVALID_TRANSACTION_TIMEOUT);
        }
    }

    @Test
    void shouldRefuseAPartitionThatDoesNotExist() {
        // Given
        TransactionRequests producer = TransactionRequests.begun(connection, id);

        // Then
        assertThat(producer.addPartition(new TopicPartition("no-such-topic", 0)))
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(producer.addPartition(new TopicPartition(partition.topic(), 7)))
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }
}
