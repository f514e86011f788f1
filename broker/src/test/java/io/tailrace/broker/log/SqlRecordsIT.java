package io.tailrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.broker.topic.Topic;
import io.tailrace.local.junit.PostgresExtension;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What kafka.records, kafka.record_batches and kafka.read show of both row shapes. */
class SqlRecordsIT {

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private static final String RECORDS =
            "SELECT \"offset\" || '=' || kafka.utf8(value) FROM kafka.records WHERE topic = 'orders' ORDER BY \"offset\"";
    private static final String BATCHES =
            "SELECT concat_ws(' ', first_offset, last_offset, records, codec, decodable, transactional, pending)"
                    + " FROM kafka.record_batches WHERE topic = 'orders' ORDER BY first_offset";
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final long PRODUCER_ID = 4711;

    private LogFixture log;
    private Topic topic;

    @BeforeEach
    void start() throws Exception {
        log = new LogFixture(POSTGRES.freshDatabase(), 1);
        topic = log.createTopic("orders", 1, Map.of());
    }

    @AfterEach
    void stop() {
        log.close();
    }

    @Test
    void shouldShowRecordsOfBothShapes() throws Exception {
        // Given
        log.append(log.partitions().partition(topic, 0).orElseThrow(), records(0, 2));

        // When
        SqlBatch.of(Compression.NONE, 2, records(2, 3)).insert(log, topic, 0);
        SqlBatch.of(Compression.lz4().build(), 5, records(5, 2)).insert(log, topic, 0);

        // Then
        assertThat(log.query(RECORDS)).containsExactly("0=v0", "1=v1", "2=v2", "3=v3", "4=v4", "5=v5", "6=v6");
        assertThat(read(0, 100)).containsExactlyElementsOf(log.query(RECORDS));
        assertThat(
                        log.query(
                                "SELECT concat_ws(' ', topic, partition, timestamp, timestamp_ms, kafka.utf8(key), headers,"
                                        + " global_offset) FROM kafka.records WHERE \"offset\" = 6 AND created_at > now() - interval '1 hour'"))
                .containsExactlyElementsOf(log.query(
                        "SELECT concat_ws(' ', 'orders', 0, to_timestamp(1000.006), 1000006, 'k6', 1000006)"));
        assertThat(log.query(BATCHES)).containsExactly("2 4 3 none t f f", "5 6 2 lz4 t f f");
    }

    @Test
    void shouldShowTheTimeOfTheAppend() throws Exception {
        // When
        SqlBatch.appendedAt(77_000, Compression.NONE, 0, records(0, 3)).insert(log, topic, 0);

        // Then
        assertThat(log.query(
                        "SELECT DISTINCT timestamp_ms || ' ' || extract(epoch FROM timestamp)::int FROM kafka.records"))
                .containsExactly("77000 77");
        assertThat(log.number("SELECT max_timestamp_ms FROM kafka.record_batches"))
                .isEqualTo(77_000);
    }

    @Test
    void shouldBeginAtTheStartOfTheLogWithinABatch() throws Exception {
        // Given
        SqlBatch.of(Compression.NONE, 0, records(0, 3)).insert(log, topic, 0);
        SqlBatch.of(Compression.NONE, 3, records(3, 3)).insert(log, topic, 0);

        // When
        log.execute("UPDATE kafka.partitions SET log_start_offset = 4");

        // Then
        assertThat(log.query(RECORDS)).containsExactly("4=v4", "5=v5");
        assertThat(read(0, 100)).containsExactly("4=v4", "5=v5");
        assertThat(log.query(BATCHES)).containsExactly("3 5 3 none t f f");
    }

    @Test
    void shouldLeaveOutOpenTransactions() throws Exception {
        // Given
        SqlBatch.of(Compression.NONE, 0, records(0, 1)).insert(log, topic, 0);
        SqlBatch.of(Compression.NONE, 1, records(1, 2)).insert(log, topic, 0, PRODUCER_ID);
        SqlBatch.of(Compression.NONE, 3, records(3, 1)).insert(log, topic, 0);

        // When
        log.execute("INSERT INTO kafka.transaction_partitions (producer_id, topic_id, partition_id, producer_epoch,"
                + " first_offset, last_offset) VALUES (" + PRODUCER_ID + ", " + topic.id() + ", 0, 0, 1, 2)");

        // Then: who reads on from offset 0 must meet the transaction once it is decided
        assertThat(log.query(RECORDS)).containsExactly("0=v0", "3=v3");
        assertThat(read(0, 100)).containsExactly("0=v0");
        assertThat(log.query(BATCHES)).containsExactly("0 0 1 none t f f", "1 2 2 none t t t", "3 3 1 none t f f");

        // When
        log.execute("DELETE FROM kafka.transaction_partitions");

        // Then
        assertThat(log.query(RECORDS)).containsExactly("0=v0", "1=v1", "2=v2", "3=v3");
        assertThat(read(1, 100)).containsExactly("1=v1", "2=v2", "3=v3");
        assertThat(log.query(BATCHES)).contains("1 2 2 none t t f");
    }

    @Test
    void shouldKeepOffsetsThatCompactionHasEmptied() throws Exception {
        // When
        SqlBatch.compacted(
                        Compression.snappy().build(),
                        10,
                        19,
                        Map.of(12L, records(12, 1).get(0), 17L, records(17, 1).get(0)))
                .insert(log, topic, 0);
        SqlBatch.of(Compression.NONE, 20, records(20, 1)).insert(log, topic, 0);

        // Then
        assertThat(log.query(RECORDS)).containsExactly("12=v12", "17=v17", "20=v20");
        assertThat(log.query("SELECT global_offset FROM kafka.records WHERE \"offset\" = 17"))
                .containsExactly("1000017");
        assertThat(log.query(BATCHES)).containsExactly("10 19 2 snappy t f f", "20 20 1 none t f f");
        assertThat(read(13, 100)).containsExactly("17=v17", "20=v20");
        assertThat(read(18, 100)).containsExactly("20=v20");
    }

    @Test
    void shouldListBatchesThatItCannotDecode() throws Exception {
        // When
        SqlBatch.of(Compression.gzip().build(), 0, records(0, 2)).insert(log, topic, 0);
        SqlBatch.of(Compression.zstd().build(), 2, records(2, 2)).insert(log, topic, 0);
        SqlBatch.of(Compression.NONE, 4, records(4, 1)).insert(log, topic, 0);

        // Then
        assertThat(log.query(RECORDS)).containsExactly("4=v4");
        assertThat(read(0, 100)).containsExactly("4=v4");
        assertThat(log.query(BATCHES)).containsExactly("0 1 2 gzip f f f", "2 3 2 zstd f f f", "4 4 1 none t f f");
        assertThat(log.number("SELECT sum(bytes) FROM kafka.record_batches"))
                .isEqualTo(log.number("SELECT sum(octet_length(batch)) FROM kafka.messages"));
    }

    @Test
    void shouldReadOnFromAnyOffset() throws Exception {
        // Given: more rows than kafka.read fetches at a time, of both shapes, with holes
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            SqlBatch.of(Compression.NONE, i * 10L, records(i * 10, i % 7 + 1)).insert(log, topic, 0);
        }
        log.execute(
                "INSERT INTO kafka.messages (topic_id, partition_id, partition_offset, value, timestamp_ms, global_offset)"
                        + " SELECT " + topic.id()
                        + ", 0, o, convert_to('v' || o, 'UTF8'), 0, o FROM generate_series(1500, 1740) o");
        log.execute("UPDATE kafka.partitions SET next_offset = 1741");
        all.addAll(log.query(RECORDS));

        // When
        List<String> paged = new ArrayList<>();
        for (List<String> page = read(0, 37); !page.isEmpty(); ) {
            paged.addAll(page);
            String last = page.get(page.size() - 1);
            page = read(Long.parseLong(last.substring(0, last.indexOf('='))) + 1, 37);
        }

        // Then
        assertThat(all).hasSize(IntStream.range(0, 150).map(i -> i % 7 + 1).sum() + 241);
        assertThat(paged).isEqualTo(all);
        assertThat(read(0, 1000)).isEqualTo(all);
        assertThat(read(64, 3)).containsExactly("64=v64", "65=v65", "66=v66");
        assertThat(read(67, 1)).containsExactly("70=v70");
        assertThat(read(-5, 1)).containsExactly("0=v0");
        assertThat(read(0, 0)).isEmpty();
        assertThat(read(1741, 10)).isEmpty();
        assertThatThrownBy(() -> log.query("SELECT * FROM kafka.read('orders', 1, 0, 1)"))
                .hasMessageContaining("topic \"orders\" does not exist, or has no partition 1");
    }

    @Test
    void shouldFindOffsetsByTheIndexAmongManyTopics() throws Exception {
        // Given: no statistics yet, as after the first minutes of a topic
        for (int i = 0; i < 20; i++) {
            log.createTopic("other-" + i, 1, Map.of());
        }
        log.execute(
                "INSERT INTO kafka.messages (topic_id, partition_id, partition_offset, value, timestamp_ms, global_offset)"
                        + " SELECT " + topic.id() + ", 0, o, 'v', 0, o FROM generate_series(0, 49999) o");
        log.execute("UPDATE kafka.partitions SET next_offset = 50000 WHERE topic_id = " + topic.id());

        for (String offsets : List.of("= 777", "BETWEEN 777 AND 787")) {
            // When
            List<String> plan = log.query(
                    "EXPLAIN (ANALYZE, BUFFERS, COSTS off, TIMING off, SUMMARY off) SELECT * FROM kafka.records"
                            + " WHERE topic = 'orders' AND partition = 0 AND \"offset\" " + offsets);

            // Then
            assertThat(plan).noneMatch(line -> line.contains("Seq Scan on messages"));
            // The pages of the whole query: the leaf has hundreds.
            assertThat(plan.get(1)).contains("Buffers: shared");
            assertThat(NUMBER.matcher(plan.get(1))
                            .results()
                            .mapToInt(number -> Integer.parseInt(number.group()))
                            .sum())
                    .isLessThan(100);
        }
    }

    @Test
    void shouldShowNothingOfADeletedTopic() throws Exception {
        // Given
        SqlBatch.of(Compression.NONE, 0, records(0, 2)).insert(log, topic, 0);

        // When
        log.execute("UPDATE kafka.topics SET deleted_at = now()");

        // Then
        assertThat(log.query(RECORDS)).isEmpty();
        assertThat(log.query(BATCHES)).isEmpty();
        assertThatThrownBy(() -> read(0, 1)).hasMessageContaining("does not exist");
    }

    @Test
    void shouldBeReadableInParallelAndForReaders() throws Exception {
        // Given
        SqlBatch.of(Compression.lz4().build(), 0, records(0, 50)).insert(log, topic, 0);
        try (Connection superuser =
                        POSTGRES.server().superuser(log.address().database()).connect();
                Statement statement = superuser.createStatement()) {
            statement.execute(
                    "DO $$ BEGIN CREATE ROLE tailrace_read NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
            statement.execute(
                    "DO $$ BEGIN CREATE ROLE tailrace_produce NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
            statement.execute("SELECT kafka.grant_roles()");

            // When
            statement.execute("SET ROLE tailrace_read");
            statement.execute("SET debug_parallel_query = on");

            // Then
            for (String source : List.of("kafka.records", "kafka.record_batches", "kafka.read('orders', 0, 0)")) {
                assertThat(statement.execute("SELECT * FROM " + source)).isTrue();
            }
            assertThatThrownBy(() -> statement.execute("SELECT * FROM kafka.messages"))
                    .hasMessageContaining("permission denied");
        }
    }

    private List<String> read(long fromOffset, int maxRecords) throws Exception {
        return log.query("SELECT \"offset\" || '=' || kafka.utf8(value) FROM kafka.read('orders', 0, " + fromOffset
                + ", " + maxRecords + ")");
    }

    private static List<SimpleRecord> records(int first, int count) {
        return IntStream.range(first, first + count)
                .mapToObj(i -> LogFixture.record(1_000_000 + i, "k" + i, "v" + i))
                .toList();
    }
}
