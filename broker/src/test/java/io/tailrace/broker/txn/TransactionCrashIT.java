package io.tailrace.broker.txn;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.broker.RequestClient;
import io.tailrace.broker.RunningBroker;
import io.tailrace.local.LocalPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.requests.EndTxnRequest;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The broker or Postgres ends in the middle of EndTxn, at each point where that makes a difference. The class runs beside others, its
 * tests one after the other: they kill the same broker.
 */
@Execution(ExecutionMode.CONCURRENT)
class TransactionCrashIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final AtomicInteger TESTS = new AtomicInteger();
    private static final short END_TXN_VERSION = 5;

    @SuppressWarnings("NullAway.Init") // Set before all tests.
    private static LocalPostgres postgres;

    @SuppressWarnings("NullAway.Init") // Set before all tests.
    private static RunningBroker broker;

    private final int test = TESTS.incrementAndGet();
    private final String id = "t-" + test;
    private final String group = "g-" + test;
    private final TopicPartition first = new TopicPartition("orders-" + test, 0);
    private final TopicPartition second = new TopicPartition("orders-" + test, 1);

    private enum Victim {
        BROKER {
            @Override
            void crash() throws Exception {
                CompletableFuture<Void> closed = CompletableFuture.runAsync(broker::close);
                // What it has under way fails, as if its process were gone.
                while (!closed.isDone()) {
                    query("SELECT count(pg_terminate_backend(pid))::text FROM pg_stat_activity"
                            + " WHERE application_name LIKE 'tailrace%'");
                    Thread.sleep(20);
                }
                closed.join();
            }

            @Override
            void comeBack() {
                broker.restart();
            }
        },
        POSTGRES {
            @Override
            void crash() {
                postgres.kill();
            }

            @Override
            void comeBack() {
                postgres.startAgain();
            }
        };

        abstract void crash() throws Exception;

        abstract void comeBack();
    }

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
        broker = new RunningBroker(postgres.address(), Map.of("TAILRACE_GROUPS_INITIAL_REBALANCE_DELAY", "0s"));
    }

    @AfterAll
    static void stop() {
        broker.close();
        postgres.close();
    }

    @BeforeEach
    void createTopic() throws Exception {
        try (Admin admin = broker.admin()) {
            RunningBroker.get(admin.createTopics(List.of(new NewTopic(first.topic(), 2, (short) 1)))
                    .all());
        }
    }

    @AfterEach
    void disarm() throws SQLException {
        try (Connection connection = postgres.address().connect()) {
            CrashPoint.disarm(connection);
        }
    }

    private static List<String> query(String sql) throws SQLException {
        try (Connection connection = postgres.address().connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    /** A transaction with records in two partitions and an offset of a group. */
    private KafkaProducer<String, String> open() throws Exception {
        KafkaProducer<String, String> producer = broker.producer(
                Map.of("transactional.id", id, "max.block.ms", 60_000, "reconnect.backoff.max.ms", 200));
        producer.initTransactions();
        producer.beginTransaction();
        send(producer, first);
        send(producer, second);
        try (KafkaConsumer<String, String> consumer = broker.consumer(Map.of("group.id", group))) {
            producer.sendOffsetsToTransaction(Map.of(first, new OffsetAndMetadata(42)), consumer.groupMetadata());
        }
        return producer;
    }

    private void send(KafkaProducer<String, String> producer, TopicPartition to) throws Exception {
        producer.send(new ProducerRecord<>(to.topic(), to.partition(), "k", "v"))
                .get();
    }

    /** Sends what the producer would send, from beside it: to the producer its own request is then the retry of a lost one. */
    private CompletableFuture<Void> endFromBeside(boolean commit) throws SQLException {
        String[] identity = query("SELECT producer_id || ',' || producer_epoch FROM kafka.transactions"
                        + " WHERE transactional_id = '" + id + "'")
                .get(0)
                .split(",", 2);
        EndTxnRequestData end = new EndTxnRequestData()
                .setTransactionalId(id)
                .setProducerId(Long.parseLong(identity[0]))
                .setProducerEpoch(Short.parseShort(identity[1]))
                .setCommitted(commit);
        int port = broker.broker().port();
        return CompletableFuture.runAsync(() -> {
                    try (RequestClient client = new RequestClient(port, "beside")) {
                        client.ask(new EndTxnRequest.Builder(end, true).build(END_TXN_VERSION));
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .exceptionally(thrown -> null);
    }

    private void crashAt(CrashPoint point, Victim victim, boolean commit) throws Exception {
        CompletableFuture<Void> answered;
        try (Connection holder = postgres.address().connect()) {
            point.arm(holder);
            answered = endFromBeside(commit);
            point.await(holder, id);
            victim.crash();
        }
        victim.comeBack();
        answered.join();
    }

    private String stateOf() throws SQLException {
        return query("SELECT state FROM kafka.transactions WHERE transactional_id = '" + id + "'")
                .get(0);
    }

    private static long end(IsolationLevel isolation, TopicPartition partition) throws Exception {
        try (Admin admin = broker.admin()) {
            return RunningBroker.get(
                            admin.listOffsets(Map.of(partition, OffsetSpec.latest()), new ListOffsetsOptions(isolation))
                                    .partitionResult(partition))
                    .offset();
        }
    }

    private void assertWholeOrAbsent(boolean commit) throws Exception {
        for (TopicPartition partition : List.of(first, second)) {
            assertThat(end(IsolationLevel.READ_COMMITTED, partition))
                    .isEqualTo(end(IsolationLevel.READ_UNCOMMITTED, partition))
                    .isEqualTo(1);
        }
        assertThat(query("SELECT partition || value FROM (SELECT partition, kafka.utf8(value) AS value"
                        + " FROM kafka.records WHERE topic = '" + first.topic() + "' ORDER BY 1) AS r"))
                .isEqualTo(commit ? List.of("0v", "1v") : List.of());
        try (Admin admin = broker.admin()) {
            Map<TopicPartition, OffsetAndMetadata> offsets =
                    RunningBroker.get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
            assertThat(offsets).isEqualTo(commit ? Map.of(first, new OffsetAndMetadata(42)) : Map.of());
        }
        assertThat(query("SELECT group_id FROM kafka.transaction_groups")).isEmpty();
        assertThat(query("SELECT topic_id::text FROM kafka.transaction_partitions"))
                .isEmpty();
        assertThat(query("SELECT shard::text FROM kafka.group_pending_records")).isEmpty();
    }

    private void assertNextTransactionWorks(KafkaProducer<String, String> producer, boolean committed)
            throws Exception {
        producer.beginTransaction();
        send(producer, first);
        producer.commitTransaction();
        assertThat(broker.read(first.topic(), 0, committed ? 2 : 1))
                .extracting(ConsumerRecord::offset)
                .isEqualTo(committed ? List.of(0L, 1L) : List.of(1L));
    }

    static Stream<Arguments> crashes() {
        return Stream.of(CrashPoint.values()).flatMap(point -> Stream.of(Victim.values())
                .flatMap(victim -> Stream.of(true, false).map(commit -> Arguments.of(point, victim, commit))));
    }

    @ParameterizedTest
    @Execution(ExecutionMode.SAME_THREAD)
    @MethodSource("crashes")
    void shouldBeWholeOrAbsentWhenTheClientAsksAgain(CrashPoint point, Victim victim, boolean commit) throws Exception {
        // Given
        try (KafkaProducer<String, String> producer = open()) {
            crashAt(point, victim, commit);

            // When
            if (commit) {
                producer.commitTransaction();
            } else {
                producer.abortTransaction();
            }

            // Then
            assertWholeOrAbsent(commit);
            assertNextTransactionWorks(producer, commit);
        }
    }

    @ParameterizedTest
    @Execution(ExecutionMode.SAME_THREAD)
    @EnumSource(
            value = CrashPoint.class,
            names = {"BEFORE_GROUPS_KNOW", "BEFORE_COMPLETION"})
    void shouldCompleteWhatWasDecidedWithoutTheClient(CrashPoint point) throws Exception {
        // Given
        KafkaProducer<String, String> producer = open();

        // When
        crashAt(point, Victim.BROKER, true);
        producer.close(Duration.ZERO);

        // Then
        Awaitility.await().atMost(PATIENCE).until(() -> stateOf().equals("CompleteCommit"));
        assertWholeOrAbsent(true);
    }
}
