package io.tailrace.broker.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.PostgresExtension;
import io.tailrace.schema.Migrations;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream.BLOCKSIZE;
import net.jpountz.lz4.LZ4FrameOutputStream.FLG;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.xerial.snappy.Snappy;

/** kafka.batch_records against Kafka's own reader, for batches of Kafka's own writer. */
class SqlBatchRecordsIT {

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private static final int SEEDS = 12;
    private static final int MIB = 1 << 20;
    private static final int SNAPPY = 2;

    private static final HeaderJson HEADER_JSON = new HeaderJson();

    @SuppressWarnings("NullAway.Init") // Set before all tests.
    private static Connection connection;

    @BeforeAll
    static void migrate() throws SQLException {
        PostgresAddress address = POSTGRES.freshDatabase();
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setUrl(address.jdbcUrl());
        database.setUser(address.user());
        database.setPassword(address.password());
        Migrations.migrate(database);
        connection = address.connect();
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET statement_timeout = '30s'");
        }
    }

    @AfterAll
    static void close() throws SQLException {
        connection.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"NONE", "SNAPPY", "LZ4"})
    void shouldReadWhatKafkaReads(CompressionType codec) throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            // Given
            List<SimpleRecord> records = RandomRecords.of(new Random(seed), 1 + seed * 20, 200);

            // When
            SqlBatch batch = SqlBatch.of(Compression.of(codec).build(), 1000, records);

            // Then
            assertRead(batch, "seed " + seed);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NONE", "SNAPPY", "LZ4"})
    void shouldReadAMebibyte(CompressionType codec) throws Exception {
        for (RandomBytes kind : RandomBytes.values()) {
            // Given
            Random random = new Random(kind.name().hashCode());
            List<SimpleRecord> records = new ArrayList<>();
            for (int bytes = 0; bytes < MIB; ) {
                byte[] value = kind.make(random, 1 + random.nextInt(100_000));
                records.add(new SimpleRecord(1_700_000_000_000L, null, value));
                bytes += value.length;
            }

            // When
            SqlBatch batch = SqlBatch.of(Compression.of(codec).build(), 0, records);

            // Then
            assertRead(batch, kind.name());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"GZIP", "ZSTD"})
    void shouldLeaveOutWhatItCannotDecompress(CompressionType codec) throws Exception {
        // Given
        byte[] batch = SqlBatch.of(Compression.of(codec).build(), 0, RandomRecords.of(new Random(1), 10, 100))
                .bytes();

        // Then
        assertThat(read(batch)).isEmpty();
        assertThat(value("SELECT kafka.batch_decodable(?)", batch)).isEqualTo(false);
        assertThat(value("SELECT kafka.batch_codec(?)", batch)).isEqualTo(codec.name);
    }

    @Test
    void shouldTellTimesOfTheAppend() throws Exception {
        // When
        SqlBatch batch = SqlBatch.appendedAt(1_234_567, Compression.NONE, 5, RandomRecords.of(new Random(1), 3, 10));

        // Then
        assertRead(batch, "log append time");
        assertThat(read(batch.bytes())).allSatisfy(row -> assertThat(row).contains(" 1234567 "));
    }

    @Test
    void shouldReadSnappyWithoutFrames() throws Exception {
        // Given: as librdkafka and others compress
        for (RandomBytes kind : RandomBytes.values()) {
            byte[] bytes = kind.make(new Random(3), 300_000);

            // Then
            assertThat(value("SELECT kafka.snappy_decompress(?)", Snappy.compress(bytes)))
                    .as(kind.name())
                    .isEqualTo(bytes);
        }
    }

    @Test
    void shouldReadABatchOfSnappyWithoutFrames() throws Exception {
        // Given
        SqlBatch plain = SqlBatch.of(Compression.NONE, 0, RandomRecords.of(new Random(4), 100, 100));
        byte[] payload = Arrays.copyOfRange(plain.bytes(), 61, plain.bytes().length);
        byte[] head = Arrays.copyOf(plain.bytes(), 61);

        // When
        head[22] |= SNAPPY;

        // Then
        assertThat(read(concat(head, Snappy.compress(payload)))).isEqualTo(read(plain.bytes()));
    }

    @Test
    void shouldCopyFromFarBack() throws Exception {
        // Given: a literal of 70,000 bytes, and 64 of them again from the beginning
        byte[] literal = RandomBytes.RANDOM.make(new Random(5), 70_000);
        ByteBuffer block = ByteBuffer.allocate(literal.length + 20).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        block.put(new byte[] {(byte) (0x80 | (70_064 & 127)), (byte) (0x80 | (70_064 >> 7 & 127)), (byte) (70_064 >> 14)
        });
        block.put((byte) (62 << 2))
                .putShort((short) 69_999)
                .put((byte) (69_999 >> 16))
                .put(literal);
        block.put((byte) (63 << 2 | 3)).putInt(70_000);

        // When
        Object bytes = value("SELECT kafka.snappy_decompress(?)", Arrays.copyOf(block.array(), block.position()));

        // Then
        assertThat(bytes).isEqualTo(concat(literal, Arrays.copyOf(literal, 64)));
    }

    @Test
    void shouldReadFramesOfLz4OfEveryForm() throws Exception {
        for (RandomBytes kind : RandomBytes.values()) {
            for (BLOCKSIZE size : BLOCKSIZE.values()) {
                // Given
                byte[] bytes = kind.make(new Random(6), 200_000);
                ByteArrayOutputStream frame = new ByteArrayOutputStream();
                FLG.Bits[] flags = {
                    FLG.Bits.BLOCK_INDEPENDENCE,
                    FLG.Bits.BLOCK_CHECKSUM,
                    FLG.Bits.CONTENT_CHECKSUM,
                    FLG.Bits.CONTENT_SIZE
                };

                // When
                try (LZ4FrameOutputStream lz4 = new LZ4FrameOutputStream(frame, size, bytes.length, flags)) {
                    lz4.write(bytes);
                }

                // Then
                assertThat(value("SELECT kafka.lz4_decompress(?)", frame.toByteArray()))
                        .as("%s, %s", kind, size)
                        .isEqualTo(bytes);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NONE", "SNAPPY", "LZ4"})
    void shouldEndWhateverTheBytesAre(CompressionType codec) throws Exception {
        // Given
        SqlBatch batch = SqlBatch.of(Compression.of(codec).build(), 0, RandomRecords.of(new Random(7), 40, 100));
        int claimed = batch.batch().countOrNull();
        Random random = new Random(8);
        int errors = 0;

        for (int round = 0; round < 300; round++) {
            // When: some bytes behind the head are others, and sometimes the end is missing
            byte[] bytes = batch.bytes().clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[61 + random.nextInt(bytes.length - 61)] = (byte) random.nextInt(256);
            }
            if (round % 3 == 0) {
                bytes = Arrays.copyOf(bytes, 61 + random.nextInt(bytes.length - 61));
            }

            // Then
            try {
                assertThat(read(bytes)).hasSizeLessThanOrEqualTo(claimed);
            } catch (SQLException e) {
                assertThat(e.getSQLState()).as(e.getMessage()).isIn("XX001", "2202E", "22003", "22011");
                errors++;
            }
        }
        assertThat(errors).isPositive();
    }

    @Test
    void shouldRefuseWhatIsNoBatch() {
        for (byte[] bytes : List.of(new byte[0], new byte[60], new byte[100])) {
            assertThatThrownBy(() -> read(bytes)).hasMessageContaining("batch");
        }
    }

    private static void assertRead(SqlBatch batch, String what) throws Exception {
        List<String> expected = new ArrayList<>();
        for (Record record : batch.batch()) {
            Header[] headers = record.headers();
            expected.add(describe(
                    record.offset() - batch.batch().baseOffset(),
                    record.timestamp(),
                    record.hasKey() ? Utils.toArray(record.key()) : null,
                    record.hasValue() ? Utils.toArray(record.value()) : null,
                    headers.length == 0 ? null : jsonb(new String(HEADER_JSON.encode(headers), UTF_8))));
        }
        assertThat(read(batch.bytes())).as(what).isEqualTo(expected);
    }

    /** JSON in the form in which Postgres shows it. */
    private static @Nullable String jsonb(String json) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT ?::jsonb")) {
            statement.setString(1, json);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    private static List<String> read(byte[] batch) throws SQLException {
        String sql = "SELECT offset_delta, timestamp_ms, key, value, headers FROM kafka.batch_records(?)";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setBytes(1, batch);
            try (ResultSet rows = statement.executeQuery()) {
                List<String> records = new ArrayList<>();
                while (rows.next()) {
                    records.add(describe(
                            rows.getInt(1), rows.getLong(2), rows.getBytes(3), rows.getBytes(4), rows.getString(5)));
                }
                return records;
            }
        }
    }

    private static String describe(
            long delta, long timestampMs, byte @Nullable [] key, byte @Nullable [] value, @Nullable String headers) {
        return delta + " " + timestampMs + " " + describe(key) + " " + describe(value) + " " + headers;
    }

    private static String describe(byte @Nullable [] bytes) {
        return bytes == null ? "null" : bytes.length + ":" + Arrays.hashCode(bytes);
    }

    private static Object value(String sql, byte[] argument) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setBytes(1, argument);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getObject(1);
            }
        }
    }

    private static byte[] concat(byte[] first, byte[] second) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(first);
        bytes.write(second);
        return bytes.toByteArray();
    }
}
