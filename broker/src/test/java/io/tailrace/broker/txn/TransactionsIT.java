package io.tailrace.broker.txn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.broker.RequestClient;
import io.tailrace.broker.RunningBroker;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.PostgresExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Transactions with Kafka's Java client. The tests share a broker; each has topics and transactional ids of its own. */
class TransactionsIT {

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final AtomicInteger TESTS = new AtomicInteger();

    @SuppressWarnings("NullAway.Init") // Set before all tests.
    private static PostgresAddress database;

    @SuppressWarnings("NullAway.Init") // Set before all tests.
    private static RunningBroker broker;

    private final int test = TESTS.incrementAndGet();
    private final String orders = own("orders");
    private final String totals = own("totals");

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
    void createTopics() throws Exception {
        try (Admin admin = broker.admin()) {
            admin.createTopics(List.of(new NewTopic(orders, 2, (short) 1), new NewTopic(totals, 1, (short) 1)))
                    .all()
                    .get();
        }
    }

    /** A name that only this test uses. */
    private String own(String name) {
        return name + "-" + test;
    }

    /** The condition that a row belongs to this test's topics, by their ids. */
    private String ofTopics() {
        return "topic_id IN (SELECT id FROM kafka.topics WHERE name IN ('" + orders + "', '" + totals + "'))";
    }

    private static Map<String, Object> client(Map<String, Object> more) {
        return broker.clientConfig(more);
    }

    private static Admin admin() {
        return broker.admin();
    }

    private KafkaProducer<String, String> producer(String transactionalId, Map<String, Object> more) {
        Map<String, Object> config = client(more);
        config.put("transactional.id", own(transactionalId));
        config.put("max.block.ms", 30_000);
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }

    private KafkaProducer<String, String> begun(String transactionalId) {
        KafkaProducer<String, String> producer = producer(transactionalId, Map.of());
        producer.initTransactions();
        producer.beginTransaction();
        return producer;
    }

    private void send(KafkaProducer<String, String> producer, int partition, String... values) throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (String value : values) {
            sent.add(producer.send(new ProducerRecord<>(orders, partition, "k", value)));
        }
        for (Future<RecordMetadata> one : sent) {
            one.get();
        }
    }

    /** What a consumer sees from the beginning to the end that it is told. */
    private List<String> read(IsolationLevel isolation, int partition) throws Exception {
        TopicPartition wanted = new TopicPartition(orders, partition);
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                client(Map.of("isolation.level", isolation.toString())),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(List.of(wanted));
            consumer.seekToBeginning(List.of(wanted));
            long end = endOffset(isolation, partition);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (consumer.position(wanted) < end) {
                assertThat(System.nanoTime()).as("reading up to " + end).isLessThan(deadline);
                consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
            }
        }
        return values;
    }

    private List<String> committed(int partition) throws Exception {
        return read(IsolationLevel.READ_COMMITTED, partition);
    }

    private List<String> all(int partition) throws Exception {
        return read(IsolationLevel.READ_UNCOMMITTED, partition);
    }

    private long endOffset(IsolationLevel isolation, int partition) throws Exception {
        TopicPartition wanted = new TopicPartition(orders, partition);
        try (Admin admin = admin()) {
            return admin.listOffsets(Map.of(wanted, OffsetSpec.latest()), new ListOffsetsOptions(isolation))
                    .partitionResult(wanted)
                    .get()
                    .offset();
        }
    }

    private String sql(String query) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return String.valueOf(row.getString(1));
        }
    }

    private void execute(String statementText) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(statementText);
        }
    }

    @Test
    void shouldCommitOverPartitionsAndTopics() throws Exception {
        // Given
        try (KafkaProducer<String, String> producer = begun("t")) {
            send(producer, 0, "a", "b");
            send(producer, 1, "c");
            producer.send(new ProducerRecord<>(totals, "k", "3")).get();

            // Then: nothing of it is committed yet, all of it is there
            assertThat(committed(0)).isEmpty();
            assertThat(all(0)).containsExactly("a", "b");
            assertThat(endOffset(IsolationLevel.READ_COMMITTED, 0)).isZero();
            assertThat(endOffset(IsolationLevel.READ_UNCOMMITTED, 0)).isEqualTo(2);
            assertThat(sql("SELECT count(*) FROM kafka.records WHERE topic IN ('" + orders + "', '" + totals + "')"))
                    .isEqualTo("0");

            // When
            producer.commitTransaction();

            // Then
            assertThat(committed(0)).containsExactly("a", "b");
            assertThat(committed(1)).containsExactly("c");
            assertThat(sql("SELECT count(*) FROM kafka.records WHERE topic IN ('" + orders + "', '" + totals + "')"))
                    .isEqualTo("4");
            assertThat(sql("SELECT count(*) FROM kafka.messages WHERE attributes & 16 <> 0 AND producer_id > 0 AND "
                            + ofTopics()))
                    .isEqualTo("4");
            assertThat(sql("SELECT count(*) || ' ' || bool_and(committed) || ' ' || sum(jsonb_array_length(partitions))"
                            + " FROM kafka.transaction_markers WHERE transactional_id = '" + own("t") + "'"))
                    .isEqualTo("1 true 3");

            // And the next transaction begins where this one ended
            producer.beginTransaction();
            send(producer, 0, "d");
            producer.commitTransaction();
            assertThat(committed(0)).containsExactly("a", "b", "d");
            assertThat(endOffset(IsolationLevel.READ_COMMITTED, 0)).isEqualTo(3);
        }
    }

    @Test
    void shouldDeleteWhatIsAborted() throws Exception {
        // Given: aborted at the start, in the middle and at the end
        try (KafkaProducer<String, String> producer = begun("t")) {
            send(producer, 0, "x", "x");
            producer.abortTransaction();
            assertThat(committed(0)).isEmpty();
            assertThat(all(0)).isEmpty();

            producer.beginTransaction();
            send(producer, 0, "a");
            producer.commitTransaction();
            producer.beginTransaction();
            send(producer, 0, "x");
            producer.abortTransaction();
            producer.beginTransaction();
            send(producer, 0, "b");
            producer.commitTransaction();
            producer.beginTransaction();
            send(producer, 0, "x", "x", "x");

            // When
            producer.abortTransaction();
        }

        // Then: readers reach the end, offsets are not used again
        assertThat(committed(0)).containsExactly("a", "b");
        assertThat(all(0)).containsExactly("a", "b");
        assertThat(endOffset(IsolationLevel.READ_COMMITTED, 0)).isEqualTo(8);
        assertThat(sql("SELECT string_agg(partition_offset::text, ',' ORDER BY 1) FROM kafka.messages WHERE "
                        + ofTopics()))
                .isEqualTo("2,4");
        assertThat(sql("SELECT count(*) FROM kafka.transaction_markers WHERE NOT committed AND transactional_id = '"
                        + own("t") + "'"))
                .isEqualTo("3");
    }

    @Test
    void shouldHoldReadersAtTheOldestOpenTransaction() throws Exception {
        // Given: two open transactions and a plain producer behind them
        try (KafkaProducer<String, String> first = begun("t1");
                KafkaProducer<String, String> second = begun("t2");
                KafkaProducer<String, String> plain =
                        new KafkaProducer<>(client(Map.of()), new StringSerializer(), new StringSerializer())) {
            send(plain, 0, "p0");
            send(first, 0, "a");
            send(second, 0, "b");
            send(plain, 0, "p1");
            assertThat(committed(0)).containsExactly("p0");

            // When
            second.commitTransaction();
            List<String> afterSecond = committed(0);
            first.abortTransaction();

            // Then
            assertThat(afterSecond).containsExactly("p0");
            assertThat(committed(0)).containsExactly("p0", "b", "p1");
        }
    }

    private List<Long> offsetsByTime(IsolationLevel isolation, OffsetSpec... specs) throws Exception {
        TopicPartition wanted = new TopicPartition(orders, 0);
        List<Long> offsets = new ArrayList<>();
        try (Admin admin = admin()) {
            for (OffsetSpec spec : specs) {
                offsets.add(admin.listOffsets(Map.of(wanted, spec), new ListOffsetsOptions(isolation))
                        .partitionResult(wanted)
                        .get()
                        .offset());
            }
        }
        return offsets;
    }

    @Test
    void shouldFindByTimeOnlyWhatReadersOfCommittedRecordsMayRead() throws Exception {
        // Given: the greatest timestamp is that of an open transaction's record, and a plain record is behind it
        try (KafkaProducer<String, String> producer = begun("t");
                KafkaProducer<String, String> plain =
                        new KafkaProducer<>(client(Map.of()), new StringSerializer(), new StringSerializer())) {
            long now = System.currentTimeMillis();
            plain.send(new ProducerRecord<>(orders, 0, now - 2000, "k", "a")).get();
            producer.send(new ProducerRecord<>(orders, 0, now, "k", "b")).get();
            plain.send(new ProducerRecord<>(orders, 0, now - 1000, "k", "c")).get();
            OffsetSpec[] specs = {
                OffsetSpec.forTimestamp(now - 2000), OffsetSpec.forTimestamp(now - 1500), OffsetSpec.maxTimestamp()
            };

            // When
            List<Long> uncommitted = offsetsByTime(IsolationLevel.READ_UNCOMMITTED, specs);
            List<Long> committed = offsetsByTime(IsolationLevel.READ_COMMITTED, specs);
            producer.commitTransaction();
            List<Long> afterwards = offsetsByTime(IsolationLevel.READ_COMMITTED, specs);

            // Then
            assertThat(uncommitted).containsExactly(0L, 1L, 1L);
            assertThat(committed).containsExactly(0L, -1L, -1L);
            assertThat(afterwards).containsExactly(0L, 1L, 1L);
        }
    }

    @Test
    void shouldNotBeginATransactionForPartitionsThatAreNotThere() throws Exception {
        // Given
        try (KafkaProducer<String, String> producer = producer("t", Map.of())) {
            producer.initTransactions();
        }
        String ofThis = " FROM kafka.transactions WHERE transactional_id = '" + own("t") + "'";
        long producerId = Long.parseLong(sql("SELECT producer_id" + ofThis));
        ProduceRequestData produce = new ProduceRequestData()
                .setTransactionalId(own("t"))
                .setAcks((short) -1)
                .setTimeoutMs(1000);
        produce.topicData()
                .add(new TopicProduceData()
                        .setName("missing")
                        .setPartitionData(List.of(new PartitionProduceData()
                                .setIndex(0)
                                .setRecords(MemoryRecords.withTransactionalRecords(
                                        Compression.NONE,
                                        producerId,
                                        (short) 0,
                                        0,
                                        new SimpleRecord(1, null, new byte[1]))))));
        ProduceResponse response;

        // When
        try (RequestClient client = new RequestClient(broker.broker().port(), "raw")) {
            response =
                    (ProduceResponse) client.ask(new ProduceRequest.Builder((short) 12, (short) 12, produce).build());
        }

        // Then
        assertThat(response.errorCounts()).containsOnlyKeys(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(sql("SELECT state" + ofThis)).isEqualTo("Empty");
    }

    @Test
    void shouldWakeWaitingReadersOfCommittedRecords() throws Exception {
        // Given
        try (KafkaProducer<String, String> producer = begun("t");
                KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                        client(Map.of("isolation.level", "read_committed", "fetch.max.wait.ms", 25_000)),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            consumer.assign(List.of(new TopicPartition(orders, 0)));
            consumer.seekToBeginning(consumer.assignment());
            send(producer, 0, "a");
            assertThat(consumer.poll(Duration.ofMillis(500)).count()).isZero();

            // When
            producer.commitTransaction();

            // Then
            List<String> seen = new ArrayList<>();
            Awaitility.await().atMost(Duration.ofSeconds(15)).until(() -> {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> seen.add(record.value()));
                return seen.equals(List.of("a"));
            });
            // Otherwise it would wait for the fetch that it has sent meanwhile.
            consumer.close(CloseOptions.timeout(Duration.ZERO));
        }
    }

    @Test
    void shouldFenceAndAbortTheOlderProducer() throws Exception {
        // Given
        try (KafkaProducer<String, String> older = begun("t")) {
            send(older, 0, "x");

            // When
            try (KafkaProducer<String, String> newer = begun("t")) {
                send(newer, 0, "a");

                // Then
                assertThatThrownBy(() -> {
                            older.send(new ProducerRecord<>(orders, 0, "k", "zombie"))
                                    .get();
                            older.commitTransaction();
                        })
                        .satisfiesAnyOf(
                                thrown -> assertThat(thrown).isInstanceOf(KafkaException.class),
                                thrown -> assertThat(thrown).isInstanceOf(ExecutionException.class));
                assertThatThrownBy(older::commitTransaction).isInstanceOf(KafkaException.class);
                newer.commitTransaction();
            }
        }
        assertThat(committed(0)).containsExactly("a");
        assertThat(all(0)).containsExactly("a");
    }

    @Test
    void shouldAbortWhatTakesTooLong() throws Exception {
        // Given
        try (KafkaProducer<String, String> producer =
                producer("t", Map.of("transaction.timeout.ms", 1000, "delivery.timeout.ms", 120_000))) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, 0, "x");

            // When
            Awaitility.await().atMost(PATIENCE).until(() -> endOffset(IsolationLevel.READ_COMMITTED, 0) == 1);

            // Then
            assertThat(all(0)).isEmpty();
            assertThatThrownBy(producer::commitTransaction).isInstanceOf(KafkaException.class);
        }
    }

    @Test
    void shouldRefuseATimeoutThatIsTooLong() {
        try (KafkaProducer<String, String> producer =
                producer("t", Map.of("transaction.timeout.ms", 16 * 60_000, "delivery.timeout.ms", 120_000))) {
            assertThatThrownBy(producer::initTransactions)
                    .isInstanceOf(KafkaException.class)
                    .hasMessageContaining("transaction timeout is larger");
        }
    }

    @Test
    void shouldTakeANewProducerIdWhenEpochsRunOut() throws Exception {
        // Given
        try (KafkaProducer<String, String> producer = begun("t")) {
            send(producer, 0, "a");
            producer.commitTransaction();
        }
        String ofThis = " WHERE transactional_id = '" + own("t") + "'";
        execute("UPDATE kafka.transactions SET producer_epoch = 32764" + ofThis);
        String oldId = sql("SELECT producer_id FROM kafka.transactions" + ofThis);
        broker.restart();

        // When: more transactions and producers than there are epochs
        for (int i = 0; i < 4; i++) {
            try (KafkaProducer<String, String> producer = begun("t")) {
                send(producer, 0, "b" + i);
                producer.commitTransaction();
                producer.beginTransaction();
                send(producer, 0, "c" + i);
                producer.commitTransaction();
            }
        }

        // Then
        assertThat(committed(0)).containsExactly("a", "b0", "c0", "b1", "c1", "b2", "c2", "b3", "c3");
        assertThat(sql("SELECT producer_id FROM kafka.transactions" + ofThis)).isNotEqualTo(oldId);
    }

    @Test
    void shouldCommitOffsetsWithTheTransaction() throws Exception {
        // Given
        TopicPartition source = new TopicPartition(totals, 0);
        Map<String, Object> config = client(Map.of(
                "group.id",
                own("g"),
                "isolation.level",
                "read_committed",
                "enable.auto.commit",
                false,
                "auto.offset.reset",
                "earliest"));
        try (KafkaProducer<String, String> plain =
                        new KafkaProducer<>(client(Map.of()), new StringSerializer(), new StringSerializer());
                KafkaConsumer<String, String> consumer =
                        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
                KafkaProducer<String, String> producer = begun("t");
                Admin admin = admin()) {
            plain.send(new ProducerRecord<>(totals, "k", "1")).get();
            consumer.subscribe(List.of(totals));
            List<ConsumerRecord<String, String>> records = new ArrayList<>();
            Awaitility.await().atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
                return !records.isEmpty();
            });

            // When: aborted first
            send(producer, 0, "x");
            producer.sendOffsetsToTransaction(Map.of(source, new OffsetAndMetadata(1)), consumer.groupMetadata());
            producer.abortTransaction();
            boolean afterAbort = admin.listConsumerGroupOffsets(own("g"))
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .containsKey(source);
            producer.beginTransaction();
            send(producer, 0, "a");
            producer.sendOffsetsToTransaction(Map.of(source, new OffsetAndMetadata(1)), consumer.groupMetadata());
            boolean beforeCommit = sql("SELECT count(*) FROM kafka.consumer_offsets WHERE group_id = '" + own("g")
                            + "'")
                    .equals("0");
            producer.commitTransaction();

            // Then
            assertThat(afterAbort).isFalse();
            assertThat(beforeCommit).isTrue();
            assertThat(admin.listConsumerGroupOffsets(own("g"))
                            .partitionsToOffsetAndMetadata()
                            .get())
                    .hasEntrySatisfying(
                            source, offset -> assertThat(offset.offset()).isEqualTo(1));
            assertThat(sql("SELECT count(*) FROM kafka.transaction_groups WHERE group_id = '" + own("g") + "'"))
                    .isEqualTo("0");
        }
        assertThat(committed(0)).containsExactly("a");
    }

    @Test
    void shouldDescribeTransactions() throws Exception {
        // Given
        try (KafkaProducer<String, String> producer = begun("t");
                Admin admin = admin()) {
            send(producer, 1, "a");

            // Then
            String id = own("t");
            assertThat(admin.listTransactions().all().get())
                    .filteredOn(listing -> listing.transactionalId().equals(id))
                    .singleElement()
                    .satisfies(listing -> assertThat(listing.state()).isEqualTo(TransactionState.ONGOING));
            assertThat(admin.describeTransactions(List.of(id)).description(id).get())
                    .satisfies(description ->
                            assertThat(description.topicPartitions()).containsExactly(new TopicPartition(orders, 1)));
            TopicPartition partition = new TopicPartition(orders, 1);
            assertThat(admin.describeProducers(List.of(partition))
                            .partitionResult(partition)
                            .get()
                            .activeProducers())
                    .singleElement()
                    .satisfies(state ->
                            assertThat(state.currentTransactionStartOffset()).hasValue(0));

            // When
            admin.fenceProducers(List.of(id)).all().get();

            // Then
            assertThatThrownBy(producer::commitTransaction)
                    .satisfiesAnyOf(
                            thrown -> assertThat(thrown).isInstanceOf(ProducerFencedException.class),
                            thrown -> assertThat(thrown).isInstanceOf(KafkaException.class));
            assertThat(all(1)).isEmpty();
        }
    }

    @Test
    void shouldGoOnWithAnOpenTransactionAfterARestart() throws Exception {
        // Given
        try (KafkaProducer<String, String> producer = begun("t")) {
            send(producer, 0, "a");

            // When
            broker.restart();
            assertThat(committed(0)).isEmpty();
            send(producer, 0, "b");
            producer.commitTransaction();
        }

        // Then
        assertThat(committed(0)).containsExactly("a", "b");
    }

    @Test
    void shouldGoOnAfterConnectionsWereCut() throws Exception {
        // Given
        List<String> expected = new ArrayList<>();
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        Random random = new Random(7);
        try (KafkaProducer<String, String> producer = producer("t", Map.of())) {
            producer.initTransactions();

            // When: commits and aborts while every connection of the broker is cut again and again
            for (int i = 0; i < 12; i++) {
                String value = "v" + i;
                producer.beginTransaction();
                sent.add(producer.send(new ProducerRecord<>(orders, 0, "k", value)));
                if (random.nextBoolean()) {
                    cutConnections();
                }
                if (random.nextInt(3) > 0) {
                    producer.commitTransaction();
                    expected.add(value);
                } else {
                    producer.abortTransaction();
                }
                if (random.nextBoolean()) {
                    cutConnections();
                }
            }
        }

        // Then
        assertThat(sent).allMatch(Future::isDone);
        assertThat(committed(0)).containsExactlyElementsOf(expected);
        assertThat(all(0)).containsExactlyElementsOf(expected);
    }

    private void cutConnections() throws SQLException {
        execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                + " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                + " AND application_name IN ('tailrace-broker', 'tailrace-append-0', 'tailrace-fetch')");
    }

    @Test
    void shouldShowExactlyWhatIsCommittedOfARandomMix() throws Exception {
        // Given
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<List<String>> expected = List.of(new ArrayList<>(), new ArrayList<>());
        List<KafkaProducer<String, String>> producers = new ArrayList<>(
                IntStream.range(0, 3).mapToObj(i -> begun("t" + i)).toList());
        List<List<Map.Entry<Integer, String>>> open = IntStream.range(0, 3)
                .<List<Map.Entry<Integer, String>>>mapToObj(i -> new ArrayList<>())
                .toList();

        // When
        for (int step = 0; step < 120; step++) {
            int index = random.nextInt(3);
            KafkaProducer<String, String> producer = producers.get(index);
            switch (random.nextInt(6)) {
                case 0 -> {
                    producer.commitTransaction();
                    open.get(index).forEach(sent -> expected.get(sent.getKey()).add(sent.getValue()));
                    open.get(index).clear();
                    producer.beginTransaction();
                }
                case 1 -> {
                    producer.abortTransaction();
                    open.get(index).clear();
                    producer.beginTransaction();
                }
                case 2 -> {
                    producers.set(index, begun("t" + index));
                    producer.close(Duration.ZERO);
                    open.get(index).clear();
                }
                default -> {
                    int partition = random.nextInt(2);
                    producer.send(new ProducerRecord<>(orders, partition, "k", "s" + step))
                            .get();
                    open.get(index).add(Map.entry(partition, "s" + step));
                }
            }
        }
        for (KafkaProducer<String, String> producer : producers) {
            producer.abortTransaction();
            producer.close();
        }

        // Then
        for (int partition = 0; partition < 2; partition++) {
            assertThat(committed(partition))
                    .as("seed " + seed)
                    .containsExactlyInAnyOrderElementsOf(expected.get(partition));
            assertThat(all(partition)).as("seed " + seed).isEqualTo(committed(partition));
        }
        assertThat(sql("SELECT count(*) FROM kafka.transaction_partitions WHERE " + ofTopics()))
                .isEqualTo("0");
    }
}
