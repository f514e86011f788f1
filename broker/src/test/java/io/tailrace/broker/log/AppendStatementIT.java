package io.tailrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.broker.topic.StorageFormat;
import io.tailrace.local.junit.PostgresExtension;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Few rows go to Postgres in one statement, many by COPY. */
class AppendStatementIT {

    private static final long PRODUCER = 4_711;

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private LogFixture log;

    @BeforeEach
    void start() throws Exception {
        log = new LogFixture(POSTGRES.freshDatabase(), 1);
    }

    @AfterEach
    void stop() {
        log.close();
    }

    private Partition create(String topic, StorageFormat format) {
        return log.createPartition(topic, Map.of("storage.format", format.name().toLowerCase(Locale.ROOT)));
    }

    private static MemoryRecords batch(int sequence, int copies) {
        byte[] text = Batches.utf8("ä \\ \u0001");
        byte[] binary = {0, -1, 92};
        List<SimpleRecord> kinds = List.of(
                new SimpleRecord(1_000, text, binary),
                new SimpleRecord(1_001, null, text),
                new SimpleRecord(1_002, binary, null),
                new SimpleRecord(1_003, new byte[0], new byte[0]),
                new SimpleRecord(1_004, text, text, new Header[] {
                    new RecordHeader("text", text), new RecordHeader("ä\"", binary), new RecordHeader("none", null)
                }),
                new SimpleRecord(1_005, (byte[]) null, null));
        return MemoryRecords.withIdempotentRecords(
                Compression.NONE,
                PRODUCER,
                (short) 0,
                sequence,
                IntStream.range(0, copies).boxed().flatMap(i -> kinds.stream()).toArray(SimpleRecord[]::new));
    }

    private void append(Partition partition, MemoryRecords records, AppendStep step) throws Exception {
        log.appends().append(partition, records, Batches.PRODUCE_VERSION, step).get(30, TimeUnit.SECONDS);
    }

    /** How the last append ended. */
    private String lastQuery() throws Exception {
        return log.query("SELECT query FROM pg_stat_activity"
                        + " WHERE application_name = 'tailrace-append-0' AND datname = current_database()")
                .get(0);
    }

    private List<String> rows(Partition partition) throws Exception {
        return log.query(
                "SELECT concat_ws('|', partition_offset, record_count, key, value, headers, timestamp_ms, batch,"
                        + " attributes, producer_id, producer_epoch, base_sequence) FROM kafka.messages WHERE topic_id = "
                        + partition.id().topicId() + " ORDER BY partition_offset");
    }

    private List<String> producers(Partition partition) throws Exception {
        return log.query("SELECT concat_ws('|', producer_id, slot, producer_epoch, last_sequence, last_offset,"
                + " record_count) FROM kafka.producer_sequences WHERE topic_id = "
                + partition.id().topicId() + " ORDER BY slot");
    }

    @ParameterizedTest
    @EnumSource(StorageFormat.class)
    void shouldWriteTheSameRowsInOneStatement(StorageFormat format) throws Exception {
        // Given: the first append reads what is stored of the partition, in its transaction
        Partition stated = create("stated", format);
        Partition copied = create("copied", format);
        append(stated, batch(0, 1), AppendStep.NONE);
        append(copied, batch(0, 1), AppendStep.NONE);

        // When
        append(stated, batch(6, 2), AppendStep.NONE);
        String inOneStatement = lastQuery();
        append(copied, batch(6, 2), connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SELECT 1");
            }
        });
        String withAStep = lastQuery();

        // Then
        assertThat(inOneStatement).contains("claimed AS");
        assertThat(withAStep).isEqualTo("COMMIT");
        assertThat(rows(stated)).isEqualTo(rows(copied)).isNotEmpty();
        assertThat(producers(stated)).isEqualTo(producers(copied)).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(StorageFormat.class)
    void shouldCopyWhatIsLarge(StorageFormat format) throws Exception {
        // Given
        Partition partition = create("large", format);
        append(partition, batch(0, 1), AppendStep.NONE);
        SimpleRecord large = new SimpleRecord(1_000, null, new byte[300_000]);

        // When
        append(partition, MemoryRecords.withRecords(Compression.NONE, large), AppendStep.NONE);

        // Then
        assertThat(lastQuery()).isEqualTo("COMMIT");
        assertThat(log.number("SELECT next_offset FROM kafka.partitions")).isEqualTo(7);
    }

    @ParameterizedTest
    @EnumSource(StorageFormat.class)
    void shouldCopyManyRows(StorageFormat format) throws Exception {
        // Given
        Partition partition = create("many", format);
        append(partition, batch(0, 1), AppendStep.NONE);

        // When
        append(partition, batch(6, 20), AppendStep.NONE);

        // Then: of batches it is one
        assertThat(lastQuery().equals("COMMIT")).isEqualTo(format == StorageFormat.RECORDS);
        assertThat(log.number("SELECT sum(record_count) FROM kafka.messages")).isEqualTo(126);
    }
}
