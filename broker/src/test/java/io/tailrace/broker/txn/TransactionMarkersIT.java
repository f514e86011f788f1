package io.tailrace.broker.txn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.broker.RequestClient;
import io.tailrace.broker.RunningBroker;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.TransactionCoordinatorFencedException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.requests.WriteTxnMarkersRequest;
import org.apache.kafka.common.requests.WriteTxnMarkersRequest.TxnMarkerEntry;
import org.apache.kafka.common.requests.WriteTxnMarkersResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Outcomes that an administrator decides for a partition, and what they leave of the transaction. */
class TransactionMarkersIT {

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private static final AtomicInteger TESTS = new AtomicInteger();

    @SuppressWarnings("NullAway.Init") // Set before all tests.
    private static PostgresAddress database;

    @SuppressWarnings("NullAway.Init") // Set before all tests.
    private static RunningBroker broker;

    private final int test = TESTS.incrementAndGet();
    private final String id = "t-" + test;
    private final TopicPartition first = new TopicPartition("orders-" + test, 0);
    private final TopicPartition second = new TopicPartition("orders-" + test, 1);

    @BeforeAll
    static void startBroker() {
        database = POSTGRES.freshDatabase();
        broker = new RunningBroker(database, Map.of());
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void createTopic() throws Exception {
        try (Admin admin = broker.admin()) {
            RunningBroker.get(admin.createTopics(List.of(new NewTopic(first.topic(), 2, (short) 1)))
                    .all());
        }
    }

    private KafkaProducer<String, String> begun() {
        KafkaProducer<String, String> producer = broker.producer(Map.of("transactional.id", id));
        producer.initTransactions();
        producer.beginTransaction();
        return producer;
    }

    private static void send(KafkaProducer<String, String> producer, TopicPartition to, String value) throws Exception {
        producer.send(new ProducerRecord<>(to.topic(), to.partition(), "k", value))
                .get();
    }

    private static ProducerState state(TopicPartition partition) throws Exception {
        try (Admin admin = broker.admin()) {
            return RunningBroker.get(admin.describeProducers(List.of(partition)).partitionResult(partition))
                    .activeProducers()
                    .get(0);
        }
    }

    private static void abort(TopicPartition partition, int epoch, int coordinatorEpoch) throws Exception {
        AbortTransactionSpec spec =
                new AbortTransactionSpec(partition, state(partition).producerId(), (short) epoch, coordinatorEpoch);
        try (Admin admin = broker.admin()) {
            RunningBroker.get(admin.abortTransaction(spec).all());
        }
    }

    private static long end(IsolationLevel isolation, TopicPartition partition) throws Exception {
        try (Admin admin = broker.admin()) {
            return RunningBroker.get(
                            admin.listOffsets(Map.of(partition, OffsetSpec.latest()), new ListOffsetsOptions(isolation))
                                    .partitionResult(partition))
                    .offset();
        }
    }

    private static List<String> read(TopicPartition partition, int count) {
        return broker.read(partition.topic(), partition.partition(), count).stream()
                .map(ConsumerRecord::value)
                .toList();
    }

    private TransactionState coordinatorState() throws Exception {
        try (Admin admin = broker.admin()) {
            return RunningBroker.get(admin.describeTransactions(List.of(id)).description(id))
                    .state();
        }
    }

    private static void execute(String statementText) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(statementText);
        }
    }

    @Test
    void shouldAbortOnePartitionOfATransactionThatGoesOn() throws Exception {
        // Given
        try (KafkaProducer<String, String> producer = begun()) {
            send(producer, first, "x");
            send(producer, second, "a");

            // When
            abort(first, state(first).producerEpoch(), 0);

            // Then: readers of that partition go on, the coordinator knows nothing of it
            assertThat(end(IsolationLevel.READ_COMMITTED, first)).isEqualTo(1);
            assertThat(end(IsolationLevel.READ_COMMITTED, second)).isZero();
            assertThat(state(first).currentTransactionStartOffset()).isEmpty();
            assertThat(state(first).coordinatorEpoch()).hasValue(0);
            assertThat(coordinatorState()).isEqualTo(TransactionState.ONGOING);

            // And what the producer writes from there on waits for the coordinator
            send(producer, first, "b");
            assertThat(end(IsolationLevel.READ_COMMITTED, first)).isEqualTo(1);
            assertThat(state(first).currentTransactionStartOffset()).hasValue(1);
            producer.commitTransaction();
            assertThat(end(IsolationLevel.READ_COMMITTED, first)).isEqualTo(2);
            assertThat(read(first, 1)).containsExactly("b");
            assertThat(read(second, 1)).containsExactly("a");
        }
    }

    @Test
    void shouldCommitWhatAMarkerSays() throws Exception {
        // Given
        try (KafkaProducer<String, String> producer = begun();
                RequestClient client = new RequestClient(broker.broker().port(), "raw")) {
            send(producer, first, "a");
            ProducerState state = state(first);
            TopicPartition missing = new TopicPartition("missing", 0);
            TxnMarkerEntry marker = new TxnMarkerEntry(
                    state.producerId(),
                    (short) state.producerEpoch(),
                    3,
                    TransactionResult.COMMIT,
                    List.of(first, missing),
                    (short) 0);

            // When
            WriteTxnMarkersResponse response = (WriteTxnMarkersResponse)
                    client.ask(new WriteTxnMarkersRequest.Builder(List.of(marker)).build((short) 2));
            producer.abortTransaction();

            // Then
            assertThat(response.errorsByProducerId().get(state.producerId()))
                    .containsEntry(first, Errors.NONE)
                    .containsEntry(missing, Errors.UNKNOWN_TOPIC_OR_PARTITION);
            assertThat(end(IsolationLevel.READ_COMMITTED, first)).isEqualTo(1);
            assertThat(read(first, 1)).containsExactly("a");
        }
    }

    @Test
    void shouldRefuseMarkersOfOlderProducersAndCoordinators() throws Exception {
        // Given
        try (KafkaProducer<String, String> producer = begun()) {
            send(producer, first, "x");
            producer.abortTransaction();
            producer.beginTransaction();
            send(producer, first, "y");
            int epoch = state(first).producerEpoch();

            // Then
            assertThatThrownBy(() -> abort(first, epoch - 1, 0)).isInstanceOf(InvalidProducerEpochException.class);
            assertThat(end(IsolationLevel.READ_COMMITTED, first)).isEqualTo(1);
            abort(first, epoch, 5);
            assertThatThrownBy(() -> abort(first, epoch, 4)).isInstanceOf(TransactionCoordinatorFencedException.class);
            assertThat(end(IsolationLevel.READ_COMMITTED, first)).isEqualTo(2);
            producer.abortTransaction();
        }
    }

    @Test
    void shouldFenceTheProducerByANewerEpoch() throws Exception {
        // Given
        try (KafkaProducer<String, String> producer = begun()) {
            send(producer, first, "x");

            // When
            abort(first, state(first).producerEpoch() + 100, 0);

            // Then
            assertThat(end(IsolationLevel.READ_COMMITTED, first)).isEqualTo(1);
            assertThatThrownBy(() -> send(producer, first, "y")).hasCauseInstanceOf(KafkaException.class);
            producer.abortTransaction();
            broker.restart();
            assertThat(state(first).producerEpoch()).isGreaterThanOrEqualTo(100);
            assertThat(end(IsolationLevel.READ_UNCOMMITTED, first)).isEqualTo(1);
        }
    }

    @Test
    void shouldHoldReadersAtATransactionThatHangsUntilItIsAborted() throws Exception {
        // Given: nobody knows its transactional id any more
        KafkaProducer<String, String> producer = begun();
        send(producer, first, "x");
        execute("DELETE FROM kafka.transactions WHERE transactional_id = '" + id + "'");
        broker.restart();
        assertThatThrownBy(() -> {
                    send(producer, first, "y");
                    producer.commitTransaction();
                })
                .satisfies(thrown -> assertThat(thrown).isInstanceOf(Exception.class));
        assertThat(end(IsolationLevel.READ_COMMITTED, first)).isZero();

        // When
        abort(first, state(first).producerEpoch(), 0);

        // Then
        assertThat(end(IsolationLevel.READ_COMMITTED, first)).isEqualTo(1);
        assertThat(end(IsolationLevel.READ_UNCOMMITTED, first)).isEqualTo(1);
        assertThat(state(first).currentTransactionStartOffset()).isEmpty();
        producer.close(Duration.ZERO);
        broker.restart();
        assertThat(end(IsolationLevel.READ_COMMITTED, first)).isEqualTo(1);
    }
}
