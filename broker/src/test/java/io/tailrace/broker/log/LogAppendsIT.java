package io.tailrace.broker.log;

import static io.tailrace.broker.log.Batches.PRODUCE_VERSION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.broker.log.recent.RecentMemory;
import io.tailrace.broker.sql.Database;
import io.tailrace.broker.topic.NewTopicDefaults;
import io.tailrace.broker.topic.Topic;
import io.tailrace.broker.topic.TopicRegistry;
import io.tailrace.broker.topic.TopicService;
import io.tailrace.config.BrokerConfig;
import io.tailrace.config.ConfigLoader;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.PostgresExtension;
import io.tailrace.schema.Migrations;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.NotEnoughReplicasAfterAppendException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.utils.Time;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The log's promises, where the database or another broker is against it. */
class LogAppendsIT {

    private static final int EPOCH = 3;

    private static final ProducerEpochs NO_TRANSACTIONS = id -> ProducerEpochs.NOT_TRANSACTIONAL;

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private PostgresAddress address;
    private Database database;
    private PartitionTable partitions;
    private TopicService topics;
    private LogAppends appends;

    @BeforeEach
    void start() throws Exception {
        address = POSTGRES.freshDatabase();
        database = open();
        Migrations.migrate(database.generalPool());
        startLog(EPOCH);
    }

    private Database open() {
        return open(address.database());
    }

    private Database open(String name) {
        return new Database(
                ConfigLoader.load(
                                BrokerConfig.class,
                                null,
                                Map.of(
                                        "TAILRACE_POSTGRES_HOST", address.host(),
                                        "TAILRACE_POSTGRES_PORT", Integer.toString(address.port()),
                                        "TAILRACE_POSTGRES_DATABASE", name,
                                        "TAILRACE_POSTGRES_USER", address.user(),
                                        "TAILRACE_POSTGRES_PASSWORD", address.password()))
                        .postgres(),
                2);
    }

    private void startLog(int leaseEpoch) throws SQLException {
        TopicRegistry registry = new TopicRegistry();
        partitions = new PartitionTable(new RecentMemory(0));
        topics = new TopicService(
                database,
                registry,
                Runnable::run,
                ForkJoinPool.commonPool(),
                new NewTopicDefaults(1, 10, Map.of()),
                leaseEpoch);
        topics.addListener(partitions);
        topics.load();
        PartitionTable table = partitions;
        database.inTransaction(connection -> {
            table.takeOver(connection, registry.all(), leaseEpoch);
            return table;
        });
        appends = new LogAppends(
                database,
                new LogAppends.Settings(1, 1 << 20, 1 << 24, Duration.ofSeconds(30), Duration.ofDays(1)),
                leaseEpoch,
                NO_TRANSACTIONS,
                AppendFence.NONE,
                Time.SYSTEM);
    }

    @AfterEach
    void stop() {
        appends.close();
        database.close();
    }

    private Partition newPartition(String topic) {
        return partitions.partition(topics.getOrCreate(topic).join(), 0).orElseThrow();
    }

    private Partition reloaded(Partition partition) {
        Topic topic = partition.topic();
        return partitions.partition(topic, 0).orElseThrow();
    }

    private CompletableFuture<AppendResult> append(Partition partition, MemoryRecords records) {
        return appends.append(partition, records, PRODUCE_VERSION, true);
    }

    private AppendResult appended(Partition partition, MemoryRecords records) throws Exception {
        return append(partition, records).get(20, TimeUnit.SECONDS);
    }

    private long count(String sql) throws SQLException {
        try (Connection connection = address.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = address.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void shouldRememberProducersAcrossARestart() throws Exception {
        // Given: six batches, of which the last five are remembered
        Partition partition = newPartition("orders");
        for (int i = 0; i < 6; i++) {
            appended(partition, Batches.idempotent(7, 0, 10 * i, 10));
        }

        // When
        appends.close();
        startLog(EPOCH + 1);
        Partition after = reloaded(partition);

        // Then
        for (int i = 1; i < 6; i++) {
            assertThat(appended(after, Batches.idempotent(7, 0, 10 * i, 10)).baseOffset())
                    .isEqualTo(10L * i);
        }
        assertThatThrownBy(() -> appended(after, Batches.idempotent(7, 0, 0, 10)))
                .hasCauseInstanceOf(OutOfOrderSequenceException.class);
        assertThat(appended(after, Batches.idempotent(7, 0, 60, 10)).baseOffset())
                .isEqualTo(60);
        assertThat(count("SELECT count(*) FROM kafka.messages")).isEqualTo(70);
    }

    @Test
    void shouldForgetOlderEpochsOfAProducerAcrossARestart() throws Exception {
        // Given
        Partition partition = newPartition("orders");
        for (int i = 0; i < 3; i++) {
            appended(partition, Batches.idempotent(7, 0, 10 * i, 10));
        }
        appended(partition, Batches.idempotent(7, 1, 0, 10));

        // When
        appends.close();
        startLog(EPOCH + 1);
        Partition after = reloaded(partition);

        // Then
        assertThat(appended(after, Batches.idempotent(7, 1, 0, 10)).baseOffset())
                .isEqualTo(30);
        assertThatThrownBy(() -> appended(after, Batches.idempotent(7, 0, 30, 10)))
                .hasCauseInstanceOf(InvalidProducerEpochException.class);
    }

    @Test
    void shouldWriteNoMoreOnceAnotherBrokerHasTakenOver() throws Exception {
        // Given
        Partition partition = newPartition("orders");
        appended(partition, Batches.plain(1));

        // When
        execute("UPDATE kafka.partitions SET lease_epoch = " + (EPOCH + 1));

        // Then
        assertThatThrownBy(() -> appended(partition, Batches.plain(1)))
                .hasCauseInstanceOf(NotLeaderOrFollowerException.class);
        assertThat(count("SELECT count(*) FROM kafka.messages")).isEqualTo(1);
    }

    @Test
    void shouldReadTheEndAgainWhereItHasMoved() throws Exception {
        // Given: a commit of ours whose answer was lost, as another connection plays it
        Partition partition = newPartition("orders");
        appended(partition, Batches.plain(1));
        execute("UPDATE kafka.partitions SET next_offset = 11");

        // Then
        assertThat(appended(partition, Batches.plain(1)).baseOffset()).isEqualTo(11);
    }

    /** As after a failover to a standby that was behind. */
    private void loseRecordsFrom(long offset) throws SQLException {
        execute("DELETE FROM kafka.messages WHERE partition_offset >= " + offset);
        execute("UPDATE kafka.partitions SET next_offset = " + offset);
    }

    @Test
    void shouldGoOnWherePostgresHasLostRecords() throws Exception {
        // Given
        Partition partition = newPartition("orders");
        appended(partition, Batches.plain(10));
        loseRecordsFrom(6);

        // When
        AppendResult result = appended(partition, Batches.plain(1));

        // Then
        assertThat(result.baseOffset()).isEqualTo(6);
        assertThat(partition.highWatermark()).isEqualTo(7);
        assertThat(count("SELECT count(*) FROM kafka.messages")).isEqualTo(7);
    }

    @Test
    void shouldFindWhatPostgresHasLostWhereNobodyAppends() throws Exception {
        // Given
        Partition partition = newPartition("orders");
        appended(partition, Batches.idempotent(7, 0, 0, 10));
        loseRecordsFrom(6);

        // When
        try (Connection connection = address.connect()) {
            partitions.findLost(connection);
        }
        long end = partition.highWatermark();

        // Then
        assertThat(end).isEqualTo(6);
        assertThat(appended(partition, Batches.plain(1)).baseOffset()).isEqualTo(6);
        assertThat(partition.highWatermark()).isEqualTo(7);
    }

    @Test
    void shouldWaitForATransactionWhoseOutcomeIsOpen() throws Exception {
        // Given: a transaction holds the partition, as that of a lost connection does until it is decided
        Partition partition = newPartition("orders");
        CompletableFuture<AppendResult> waiting;
        try (Connection open = address.connect();
                Statement statement = open.createStatement()) {
            open.setAutoCommit(false);
            statement.execute("UPDATE kafka.partitions SET next_offset = 5");

            // When
            waiting = append(partition, Batches.plain(1));
            Thread.sleep(300);
            assertThat(waiting).isNotDone();
            open.commit();
        }

        // Then
        assertThat(waiting.get(20, TimeUnit.SECONDS).baseOffset()).isEqualTo(5);
    }

    @Test
    void shouldKeepOnePartitionsTroubleFromTheOthers() throws Exception {
        // Given: two topics of which one lost its table
        Partition good = newPartition("good");
        Partition bad = newPartition("bad");
        execute("ALTER TABLE kafka.messages DETACH PARTITION " + bad.topic().leaf());

        // When: both wait behind one lock, and so come into one group
        List<CompletableFuture<AppendResult>> answers = new ArrayList<>();
        try (Connection open = address.connect();
                Statement statement = open.createStatement()) {
            open.setAutoCommit(false);
            statement.execute("LOCK TABLE kafka.partitions IN ACCESS EXCLUSIVE MODE");
            for (int i = 0; i < 3; i++) {
                answers.add(append(good, Batches.plain(1)));
                answers.add(append(bad, Batches.plain(1)));
            }
            open.commit();
        }

        // Then
        for (int i = 0; i < answers.size(); i += 2) {
            assertThat(answers.get(i).get(20, TimeUnit.SECONDS).baseOffset()).isEqualTo(i / 2);
            CompletableFuture<AppendResult> refused = answers.get(i + 1);
            assertThatThrownBy(() -> refused.get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(UnknownServerException.class);
        }
    }

    /** Where Postgres detaches one leaf, a session may not see for a while another that was attached meanwhile. */
    @Test
    void shouldAppendToNewTopicsWhileOthersAreRemoved() throws Exception {
        // Given
        AtomicBoolean done = new AtomicBoolean();
        CompletableFuture<Void> removing = CompletableFuture.runAsync(() -> {
            while (!done.get()) {
                topics.removeRemains();
            }
        });
        try {
            for (int i = 0; i < 300; i++) {
                // When
                Partition partition = newPartition("topic-" + i);
                List<CompletableFuture<AppendResult>> answers = new ArrayList<>();
                for (int n = 0; n < 3; n++) {
                    answers.add(append(partition, Batches.plain(1)));
                }

                // Then
                for (int n = 0; n < answers.size(); n++) {
                    assertThat(answers.get(n).get(20, TimeUnit.SECONDS).baseOffset())
                            .isEqualTo(n);
                }
                topics.delete(partition.topic()).get(20, TimeUnit.SECONDS);
            }
        } finally {
            done.set(true);
            removing.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void shouldGoOnAfterItsConnectionWasCut() throws Exception {
        // Given
        Partition partition = newPartition("orders");
        appended(partition, Batches.idempotent(7, 0, 0, 10));
        int written = 1;

        for (int round = 0; round < 5; round++) {
            // When
            execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE application_name = 'tailrace-append-0' AND datname = current_database()");

            // Then: a client's retries, as the error asks for
            while (true) {
                try {
                    assertThat(appended(partition, Batches.idempotent(7, 0, 10 * written, 10))
                                    .baseOffset())
                            .isEqualTo(10L * written);
                    break;
                } catch (ExecutionException e) {
                    assertThat(e).hasCauseInstanceOf(RetriableException.class);
                }
            }
            written++;
        }
        assertThat(count("SELECT count(*) FROM kafka.messages")).isEqualTo(10L * written);
    }

    @Test
    void shouldTellClientsToTryAgainWhereTheDatabaseIsFull() throws Exception {
        // Given
        Partition partition = newPartition("orders");
        execute("CREATE FUNCTION kafka.no_space() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END $$");
        execute("CREATE TRIGGER no_space BEFORE INSERT ON " + partition.topic().leaf()
                + " FOR EACH ROW EXECUTE FUNCTION kafka.no_space()");

        // Then
        assertThatThrownBy(() -> appended(partition, Batches.plain(1)))
                .hasCauseInstanceOf(NotEnoughReplicasException.class)
                .hasMessageContaining("no space left");
        execute("DROP TRIGGER no_space ON " + partition.topic().leaf());
        assertThat(appended(partition, Batches.plain(1)).baseOffset()).isZero();
    }

    @Test
    void shouldTellClientsToTryAgainWhereNoConnectionCanBeHad() throws Exception {
        // Given: a log on a database that is not there, as while it is restored
        Partition partition = newPartition("orders");
        try (Database missing = open("missing");
                LogAppends away = new LogAppends(
                        missing,
                        new LogAppends.Settings(1, 1 << 20, 1 << 24, Duration.ofMillis(300), Duration.ofDays(1)),
                        EPOCH,
                        NO_TRANSACTIONS,
                        AppendFence.NONE,
                        Time.SYSTEM)) {
            // When
            CompletableFuture<AppendResult> answer = away.append(partition, Batches.plain(1), PRODUCE_VERSION, true);

            // Then
            assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(NotEnoughReplicasException.class);
        }
    }

    @Test
    void shouldShowRecordsWhoseCommitHadNoAnswer() throws Exception {
        // Given: a connection that ends while it commits
        Partition partition = newPartition("orders");
        appended(partition, Batches.plain(1));
        execute("CREATE FUNCTION kafka.no_answer() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(20); END $$");
        execute("CREATE CONSTRAINT TRIGGER no_answer AFTER UPDATE ON kafka.partitions DEFERRABLE INITIALLY DEFERRED"
                + " FOR EACH ROW EXECUTE FUNCTION kafka.no_answer()");
        assertThatThrownBy(() -> appended(partition, Batches.plain(1)))
                .hasCauseInstanceOf(NotEnoughReplicasAfterAppendException.class);

        // When: it went through after all, and the producer does not try again
        execute("DROP TRIGGER no_answer ON kafka.partitions");
        execute("UPDATE kafka.partitions SET next_offset = 11");

        // Then
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(partition.highWatermark())
                .isEqualTo(11));
    }

    @Test
    void shouldKeepOneBatchsTroubleFromTheOthers() throws Exception {
        // Given: a batch that breaks the code that takes it apart; it ends in the middle of a record
        Partition partition = newPartition("orders");
        IncomingBatch good = Batches.pending(partition, Batches.plain(1)).batch();
        IncomingBatch bad =
                new IncomingBatch(good.header(), good.bytes().duplicate().limit(70));
        List<CompletableFuture<AppendResult>> answers = new ArrayList<>();
        try (Appender appender = new Appender(
                "tailrace-append-test",
                new AppendConnection(database, "tailrace-append-test"),
                EPOCH,
                new LogAppends.Settings(1, 1 << 20, 1 << 24, Duration.ofSeconds(30), Duration.ofDays(1)),
                NO_TRANSACTIONS,
                AppendFence.NONE,
                Time.SYSTEM)) {
            // When
            for (IncomingBatch batch : List.of(good, bad, good)) {
                PendingAppend append = new PendingAppend(partition, batch, Long.MAX_VALUE, new CompletableFuture<>());
                answers.add(append.answer());
                appender.enqueue(append);
            }

            // Then
            assertThat(answers.get(0).get(20, TimeUnit.SECONDS).baseOffset()).isZero();
            assertThatThrownBy(() -> answers.get(1).get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(UnknownServerException.class);
            assertThat(answers.get(2).get(20, TimeUnit.SECONDS).baseOffset()).isOne();
        }
    }

    @Test
    void shouldTakeAnyNumberOfGlobalOffsetsInOneQuery() throws Exception {
        // Given
        GlobalOffsets offsets = new GlobalOffsets();

        // When
        try (Connection connection = address.connect()) {
            offsets.reserve(connection, 250_001);
        }

        // Then
        long first = offsets.next();
        for (int i = 1; i < 250_001; i++) {
            assertThat(offsets.next()).isEqualTo(first + i);
        }
    }
}
