package io.tailrace.broker.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tailrace.broker.log.LogFixture;
import io.tailrace.broker.log.Partition;
import io.tailrace.broker.topic.Topic;
import io.tailrace.local.junit.PostgresExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Records that SQL produces. */
@Execution(ExecutionMode.CONCURRENT)
class OutboxIT {

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private LogFixture log;
    private Outbox outbox;

    @BeforeEach
    void start() throws Exception {
        log = new LogFixture(POSTGRES.freshDatabase(), 1);
        // Only a notification can wake it within the time of a test.
        outbox = new Outbox(log.database(), log.partitions(), log.appends(), Duration.ofHours(1));
    }

    @AfterEach
    void stop() {
        outbox.close();
        log.close();
    }

    private void awaitRecords(int count) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(log.number("SELECT count(*) FROM kafka.messages"))
                        .isEqualTo(count));
    }

    @Test
    void shouldWriteARecordOnceItsTransactionIsCommitted() throws Exception {
        // Given
        log.createTopic("orders", 1, Map.of());
        long before = System.currentTimeMillis();
        try (Connection connection = log.address().connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT kafka.produce('orders', 'k', 'v', '{\"trace\": \"4711\"}')");
            assertThat(log.number("SELECT count(*) FROM kafka.outbox")).isZero();

            // When
            connection.commit();
        }

        // Then
        awaitRecords(1);
        assertThat(log.query("SELECT kafka.utf8(key) || kafka.utf8(value) || headers FROM kafka.records"))
                .containsExactly("kv[{\"key\": \"trace\", \"value\": \"4711\"}]");
        assertThat(log.number("SELECT timestamp_ms FROM kafka.records")).isBetween(before, System.currentTimeMillis());
        assertThat(log.number("SELECT count(*) FROM kafka.outbox")).isZero();
    }

    @Test
    void shouldWriteNothingOfATransactionThatIsRolledBack() throws Exception {
        // Given
        log.createTopic("orders", 1, Map.of());
        try (Connection connection = log.address().connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT kafka.produce('orders', 'k', 'lost')");

            // When
            connection.rollback();
        }
        log.execute("SELECT kafka.produce('orders', 'k', 'kept')");

        // Then
        awaitRecords(1);
        assertThat(log.query("SELECT kafka.utf8(value) FROM kafka.records")).containsExactly("kept");
    }

    @Test
    void shouldTakeBytesAndNulls() throws Exception {
        // Given
        log.createTopic("orders", 1, Map.of());

        // When
        log.execute("SELECT kafka.produce('orders', '\\x00ff'::bytea, NULL::bytea)");
        log.execute("SELECT kafka.produce('orders', NULL, 'v')");

        // Then
        awaitRecords(2);
        assertThat(log.query("SELECT coalesce(key::text, 'none') || ',' || coalesce(value::text, 'none')"
                        + " FROM kafka.messages ORDER BY partition_offset"))
                .containsExactly("\\x00ff,none", "none,\\x76");
    }

    @Test
    void shouldKeepTheOrderOfATransaction() throws Exception {
        // Given
        log.createTopic("orders", 3, Map.of());

        // When
        log.execute("SELECT kafka.produce('orders', (i % 10)::text, i::text) FROM generate_series(1, 5000) i");

        // Then
        awaitRecords(5000);
        assertThat(
                        log.number(
                                """
                        SELECT count(*) FROM (
                            SELECT kafka.utf8(value)::int < lag(kafka.utf8(value)::int)
                                OVER (PARTITION BY key ORDER BY partition_id, partition_offset) AS backwards
                            FROM kafka.messages) m
                        WHERE backwards
                        """))
                .isZero();
        assertThat(log.number("SELECT count(DISTINCT (key, partition_id)) FROM kafka.messages"))
                .isEqualTo(10);
    }

    @Test
    void shouldChooseThePartitionOfAKeyAsTheJavaClientDoes() throws Exception {
        // Given: keys of every length around the hash's block of four
        Random random = new Random(42);
        byte[][] keys = new byte[20_000][];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = new byte[i < 1000 ? i % 10 : random.nextInt(70)];
            random.nextBytes(keys[i]);
        }

        // When
        try (Connection connection = log.address().connect();
                PreparedStatement statement =
                        connection.prepareStatement("SELECT kafka.murmur2(key), kafka.partition_for_key(key, 13)"
                                + " FROM unnest(?) WITH ORDINALITY AS keys (key, place) ORDER BY place")) {
            statement.setArray(1, connection.createArrayOf("bytea", keys));
            try (ResultSet rows = statement.executeQuery()) {
                // Then
                for (byte[] key : keys) {
                    rows.next();
                    assertThat(rows.getInt(1)).isEqualTo(Utils.murmur2(key));
                    assertThat(rows.getInt(2)).isEqualTo(Utils.toPositive(Utils.murmur2(key)) % 13);
                }
            }
        }
    }

    @Test
    void shouldSpreadRecordsWithoutAKeyAndObeyAGivenPartition() throws Exception {
        // Given
        log.createTopic("orders", 4, Map.of());

        // When
        log.execute("SELECT kafka.produce('orders', NULL, 'v') FROM generate_series(1, 200)");
        log.execute("SELECT kafka.produce('orders', 'k', 'given', partition => 2)");

        // Then
        awaitRecords(201);
        assertThat(log.number("SELECT count(DISTINCT partition_id) FROM kafka.messages WHERE key IS NULL"))
                .isEqualTo(4);
        assertThat(log.number("SELECT partition_id FROM kafka.messages WHERE key IS NOT NULL"))
                .isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'nowhere', 'k', 'v' | topic \"nowhere\" does not exist",
                "'orders', 'k', 'v', NULL, 2 | topic \"orders\" has no partition 2: its partitions are 0 to 1",
                "'orders', 'k', 'v', NULL, -1 | topic \"orders\" has no partition -1",
                "'compacted', NULL, 'v' | topic \"compacted\" is compacted, so a record needs a key",
                "'orders', 'k', repeat('v', 1048588) | more than max.message.bytes = 1048588 of topic \"orders\"",
                "'small', 'k', repeat('v', 100) | more than max.message.bytes = 120 of topic \"small\"",
                "'orders', 'k', 'v', '3' | headers are neither an array nor an object",
                "'orders', 'k', 'v', '[3]' | a header is not of the form",
                "'orders', 'k', 'v', '[{\"key\": \"a\"}]' | a header is not of the form",
                "'orders', 'k', 'v', '[{\"key\": \"a\", \"value\": \"b\", \"more\": 1}]' | a header is not of the form",
                "'orders', 'k', 'v', '[{\"key\": \"a\", \"value\": 3}]' | the value of a header is not text",
                "'orders', 'k', 'v', '{\"a\": 3}' | the value of a header is not text",
                "'orders', 'k', 'v', '[{\"key\": \"a\", \"base64\": \"?\"}]' | base64",
            })
    void shouldRefuseAtOnceWhatTheLogWouldRefuse(String arguments, String message) {
        // Given
        log.createTopic("orders", 2, Map.of());
        log.createTopic("compacted", 1, Map.of("cleanup.policy", "delete,compact"));
        log.createTopic("small", 1, Map.of("max.message.bytes", "120"));

        // Then
        assertThatThrownBy(() -> log.execute("SELECT kafka.produce(" + arguments + ")"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"key\": \"a\", \"value\": \"b\"}, {\"key\": \"a\", \"value\": null}]",
                "[{\"key\": \"a\", \"base64\": \"AP8=\"}]",
                "[{\"value\": \"b\", \"key_base64\": \"AA==\"}]"
            })
    void shouldKeepHeadersAsTheyAreStored(String headers) throws Exception {
        // Given
        log.createTopic("orders", 1, Map.of());

        // When
        log.execute("SELECT kafka.produce('orders', 'k', 'v', '" + headers + "')");

        // Then
        awaitRecords(1);
        assertThat(log.number("SELECT count(*) FROM kafka.messages WHERE headers = '" + headers + "'"))
                .isOne();
    }

    @Test
    void shouldSetAsideWhatCannotBeWrittenAndGoOn() throws Exception {
        // Given: between records that are good, one that the topic has become too small for
        Partition partition = log.createPartition("orders", Map.of());
        log.alter(partition, Map.of("max.message.bytes", "200"));

        // When
        log.execute("SELECT kafka.produce('orders', 'k', repeat('v', n)) FROM unnest('{1,300,2}'::int[]) n");
        log.execute("SELECT kafka.produce('orders', 'k', 'after')");

        // Then
        awaitRecords(3);
        assertThat(log.query("SELECT failure FROM kafka.outbox"))
                .singleElement()
                .asString()
                .contains("exceeds the maximum configured value of 200");
        assertThat(log.query("SELECT kafka.utf8(value) FROM kafka.messages ORDER BY partition_offset"))
                .containsExactly("v", "vv", "after");
    }

    @Test
    void shouldSetAsideTheRecordsOfATopicThatWasDeletedMeanwhile() throws Exception {
        // Given
        log.createTopic("orders", 1, Map.of());
        Topic gone = log.createTopic("gone", 1, Map.of());
        try (Connection connection = log.address().connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT kafka.produce('gone', 'k', 'v'), kafka.produce('orders', 'k', 'v')");
            log.topics().delete(gone).join();

            // When
            connection.commit();
        }

        // Then
        awaitRecords(1);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(log.query("SELECT failure FROM kafka.outbox"))
                        .containsExactly("the topic was deleted"));
    }

    @Test
    void shouldNotLetAPartitionThatWaitsDelayTheOthers() throws Exception {
        // Given: more rows than a page has for a partition that another broker has taken over
        log.createTopic("waiting", 1, Map.of());
        log.createTopic("orders", 1, Map.of());
        log.execute("UPDATE kafka.partitions SET lease_epoch = lease_epoch + 1 WHERE topic_id ="
                + " (SELECT id FROM kafka.topics WHERE name = 'waiting')");
        log.execute("SELECT kafka.produce('waiting', 'k', n::text) FROM generate_series(1, 5000) n");

        // When
        log.execute("SELECT kafka.produce('orders', 'k', n::text) FROM generate_series(1, 3000) n");

        // Then
        awaitRecords(3000);
        assertThat(log.number("SELECT count(*) FROM kafka.outbox WHERE failure IS NULL"))
                .isEqualTo(5000);
    }

    @Test
    void shouldWriteEachRecordOnceWhateverBreaks() throws Exception {
        // Given
        log.createTopic("orders", 2, Map.of());
        String[] connections = {"tailrace-outbox", "tailrace-append-0"};

        // When: its connections are cut again and again while it writes
        for (int i = 0; i < 12; i++) {
            log.execute("SELECT kafka.produce('orders', (n %% 7)::text, (%d + n)::text) FROM generate_series(1, 500) n"
                    .formatted(500 * i));
            log.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE datname = current_database() AND application_name = '" + connections[i % 2] + "'");
        }

        // Then
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(log.number("SELECT count(*) FROM kafka.outbox"))
                        .isZero());
        assertThat(log.number("SELECT count(*) FROM kafka.messages")).isEqualTo(6000);
        assertThat(log.number("SELECT count(DISTINCT value) FROM kafka.messages"))
                .isEqualTo(6000);
        assertThat(
                        log.number(
                                """
                        SELECT count(*) FROM (
                            SELECT kafka.utf8(value)::int < lag(kafka.utf8(value)::int)
                                OVER (PARTITION BY key ORDER BY partition_offset) AS backwards
                            FROM kafka.messages) m
                        WHERE backwards
                        """))
                .isZero();
    }

    @Test
    void shouldWriteWhatWasProducedWhileNoBrokerRan() throws Exception {
        // Given
        log.createTopic("orders", 1, Map.of());
        outbox.close();
        log.execute("SELECT kafka.produce('orders', 'k', 'v')");

        // When
        outbox = new Outbox(log.database(), log.partitions(), log.appends(), Duration.ofHours(1));

        // Then
        awaitRecords(1);
    }

    @Test
    void shouldTellSqlWhatTopicsAreLikeByDefault() throws Exception {
        // Given
        log.createTopic("orders", 1, Map.of());

        // When
        new SqlTopicDefaults(
                        log.database(), () -> Map.of("max.message.bytes", "100", "cleanup.policy", "compact,delete"))
                .save();

        // Then
        assertThatThrownBy(() -> log.execute("SELECT kafka.produce('orders', 'k', repeat('v', 100))"))
                .hasMessageContaining("max.message.bytes = 100");
        assertThatThrownBy(() -> log.execute("SELECT kafka.produce('orders', NULL, 'v')"))
                .hasMessageContaining("is compacted");
    }
}
