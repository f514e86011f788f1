package io.tailrace.forwarder.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.forwarder.tables.TableFixture.Arrived;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.KafkaExtension;
import io.tailrace.local.junit.PostgresExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tables of a real Postgres to a real Kafka. */
final class TablesIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final AtomicInteger NUMBER = new AtomicInteger();

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    @RegisterExtension
    static final KafkaExtension KAFKA = new KafkaExtension();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path directory;

    @SuppressWarnings("NullAway.Init") // Set before each test.
    private TableFixture tables;

    @SuppressWarnings("NullAway.Init") // Set before each test.
    private PostgresAddress database;

    @BeforeEach
    void open() throws Exception {
        database = POSTGRES.freshDatabase();
        tables = new TableFixture(database, KAFKA.server(), "tables_it_" + NUMBER.incrementAndGet(), directory);
    }

    @AfterEach
    void close() throws Exception {
        await().atMost(SOON).until(() -> !tables.slotIsActive());
        tables.dropSlot();
        tables.close();
    }

    @Test
    void shouldTellOfEveryOperation() {
        // Given
        tables.execute("CREATE TABLE users (id int PRIMARY KEY, name text)");
        tables.execute("CREATE PUBLICATION changes FOR TABLE users");
        String topic = tables.topic("users");

        // When
        tables.whileStreaming(tables.configFile("", ""), () -> {
            tables.execute("INSERT INTO users VALUES (1, 'Alice'), (2, 'Bob')");
            tables.execute("UPDATE users SET name = 'Eve' WHERE id = 2");
            tables.execute("UPDATE users SET id = 3 WHERE id = 2");
            tables.execute("DELETE FROM users WHERE id = 1");
            tables.execute("TRUNCATE users");
            await().atMost(SOON).until(() -> tables.end(topic, 0) == 6);
        });

        // Then
        List<Arrived> arrived = tables.read(topic, 0);
        assertThat(arrived)
                .extracting(Arrived::op)
                .containsExactly("INSERT", "INSERT", "UPDATE", "UPDATE", "DELETE", "TRUNCATE");
        assertThat(arrived)
                .extracting(Arrived::key)
                .containsExactly("{\"id\":1}", "{\"id\":2}", "{\"id\":2}", "{\"id\":3}", "{\"id\":1}", null);
        assertThat(arrived).extracting(Arrived::ordinal).containsExactly(1L, 2L, 1L, 1L, 1L, 1L);
        assertThat(arrived.get(0).value().path("after")).hasToString("{\"id\":1,\"name\":\"Alice\"}");
        assertThat(arrived.get(0).value().path("before").isNull()).isTrue();
        assertThat(arrived.get(2).value().path("before").isNull()).isTrue();
        assertThat(arrived.get(3).value().path("before")).hasToString("{\"id\":2}");
        assertThat(arrived.get(4).value().path("before")).hasToString("{\"id\":1}");
        assertThat(arrived.get(4).value().path("after").isNull()).isTrue();
        assertThat(arrived.get(5).value().path("before").isNull()).isTrue();
        JsonNode source = arrived.get(0).value().path("source");
        assertThat(source.path("db").asText()).isEqualTo(database.database());
        assertThat(source.path("lsn").asText()).isEqualTo(arrived.get(0).lsn());
        assertThat(source.path("xid").asLong()).isPositive();
        assertThat(source.path("ts_ms").asLong()).isPositive();
    }

    @Test
    void shouldKeepTheTypes() throws Exception {
        // Given
        tables.execute("CREATE TYPE mood AS ENUM ('sad', 'happy')");
        tables.execute("CREATE DOMAIN positive AS int CHECK (value > 0)");
        tables.execute(
                """
                CREATE TABLE kinds (
                    id bigint PRIMARY KEY, flag boolean, small smallint, amount numeric(20, 4), ratio double precision,
                    nothing text, raw bytea, doc jsonb, old_doc json, ident uuid, day date, at timestamp,
                    at_zone timestamptz, clock time, span interval, feeling mood, count positive,
                    numbers int[], words text[], matrix int[], docs jsonb[], "odd "" name" text, nan double precision)""");
        tables.execute("CREATE PUBLICATION changes FOR TABLE kinds");

        // When
        tables.whileStreaming(tables.configFile("", ""), () -> {
            tables.execute(
                    """
                    INSERT INTO kinds VALUES (
                        9007199254740993, true, -7, 1234567890123456.7800, 0.1, NULL, '\\x00ff', '{"a": [1, null]}',
                        '{"b":  1.10}', '550e8400-e29b-41d4-a716-446655440000', '2023-10-15', '2023-10-15 10:30:00.5',
                        '2023-10-15 12:30:00+02', '10:30:00', '1 day 2 hours', 'happy', 3, '{1,NULL,3}',
                        ARRAY['a,b', 'say "hi"', NULL, 'NULL'], '{{1,2},{3,4}}', ARRAY['{"x": 1}'::jsonb], 'odd', 'NaN')""");
            await().atMost(SOON).until(() -> tables.end(tables.topic("kinds"), 0) == 1);
        });

        // Then
        JsonNode after = tables.read(tables.topic("kinds"), 0).get(0).value().path("after");
        assertThat(after)
                .isEqualTo(
                        new ObjectMapper()
                                .readTree(
                                        """
                                        {"id": 9007199254740993, "flag": true, "small": -7, "amount": "1234567890123456.7800",
                                         "ratio": 0.1, "nothing": null, "raw": "AP8=", "doc": {"a": [1, null]}, "old_doc": {"b": 1.10},
                                         "ident": "550e8400-e29b-41d4-a716-446655440000", "day": "2023-10-15",
                                         "at": "2023-10-15T10:30:00.5", "at_zone": "2023-10-15T10:30:00Z", "clock": "10:30:00",
                                         "span": "P1DT2H", "feeling": "happy", "count": 3, "numbers": [1, null, 3],
                                         "words": ["a,b", "say \\"hi\\"", null, "NULL"], "matrix": [[1, 2], [3, 4]],
                                         "docs": [{"x": 1}], "odd \\" name": "odd", "nan": "NaN"}"""));
    }

    @Test
    void shouldTellOfTheWholeRowBeforeWithReplicaIdentityFull() {
        // Given
        tables.execute("CREATE TABLE notes (author text, body text)");
        tables.execute("ALTER TABLE notes REPLICA IDENTITY FULL");
        tables.execute("CREATE TABLE keyed (id int PRIMARY KEY, large text, count int)");
        tables.execute("ALTER TABLE keyed ALTER large SET STORAGE EXTERNAL");
        publishAllTables();
        String large = "x".repeat(10_000);

        // When
        tables.whileStreaming(tables.configFile("", ""), () -> {
            tables.execute("INSERT INTO notes VALUES ('me', 'old'), (NULL, 'other')");
            tables.execute("UPDATE notes SET body = 'new' WHERE author = 'me'");
            tables.execute("INSERT INTO keyed VALUES (1, '" + large + "', 1)");
            tables.execute("UPDATE keyed SET count = 2");
            tables.execute("ALTER TABLE keyed REPLICA IDENTITY FULL");
            tables.execute("UPDATE keyed SET count = 3");
            await().atMost(SOON).until(() -> tables.end(tables.topic("keyed"), 0) == 3);
        });

        // Then
        List<Arrived> notes = tables.read(tables.topic("notes"), 0);
        assertThat(notes).extracting(Arrived::key).containsOnlyNulls();
        assertThat(notes.get(2).value().path("before")).hasToString("{\"author\":\"me\",\"body\":\"old\"}");
        List<Arrived> keyed = tables.read(tables.topic("keyed"), 0);
        assertThat(keyed).extracting(Arrived::key).containsOnly("{\"id\":1}");
        assertThat(keyed.get(1).value().path("after")).hasToString("{\"id\":1,\"count\":2}");
        assertThat(keyed.get(2).value().path("after").path("large").asText()).isEqualTo(large);
    }

    @Test
    void shouldFollowANewTableAndAChangedOneAndSpreadByKey() {
        // Given
        publishAllTables();

        // When
        tables.whileStreaming(tables.configFile("partitions = 3", ""), () -> {
            tables.execute("CREATE TABLE late (id int PRIMARY KEY)");
            tables.execute("INSERT INTO late SELECT generate_series(1, 100)");
            tables.execute("ALTER TABLE late ADD COLUMN note text");
            tables.execute("INSERT INTO late VALUES (101, 'more')");
            tables.execute("TRUNCATE late");
            await().atMost(SOON).until(() -> count("late") == 104);
        });

        // Then
        for (int partition = 0; partition < 3; partition++) {
            List<Arrived> arrived = tables.read(tables.topic("late"), partition);
            assertThat(arrived).hasSizeGreaterThan(10);
            assertThat(arrived.get(arrived.size() - 1).op()).isEqualTo("TRUNCATE");
        }
    }

    @Test
    void shouldGoOnWhereItWasStopped() throws Exception {
        // Given
        tables.execute("CREATE TABLE numbers (id int PRIMARY KEY)");
        tables.execute("CREATE PUBLICATION changes FOR TABLE numbers");
        Path checkpoint = directory.resolve("checkpoint.json");
        Path file = tables.configFile("", "checkpoint_file = \"" + checkpoint + "\"");

        // When
        for (int start = 0; start < 3; start++) {
            int first = start * 100;
            int expected = first + 100;
            tables.whileStreaming(file, () -> {
                tables.execute("INSERT INTO numbers SELECT generate_series(%d, %d)".formatted(first, first + 99));
                await().atMost(SOON).until(() -> tables.end(tables.topic("numbers"), 0) >= expected);
            });
            await().atMost(SOON).until(() -> !tables.slotIsActive());
        }

        // Then
        assertThat(tables.read(tables.topic("numbers"), 0))
                .extracting(each -> each.value().path("after").path("id").asInt())
                .isEqualTo(IntStream.range(0, 300).boxed().toList());
        assertThat(Files.readString(checkpoint)).contains("\"lsn\"", "\"message_count\":300", "\"producer_id\"");
        assertThat(tables.query("SELECT to_regclass('tailrace_tables.checkpoints') IS NULL"))
                .isEqualTo("t");
    }

    @Test
    void shouldMoveTheSlotWhileOnlyOthersWrite() {
        // Given
        tables.execute("CREATE TABLE quiet (id int PRIMARY KEY)");
        tables.execute("CREATE TABLE busy (id int PRIMARY KEY)");
        tables.execute("CREATE PUBLICATION changes FOR TABLE quiet");

        // When
        tables.whileStreaming(tables.configFile("", ""), () -> {
            tables.execute("INSERT INTO busy SELECT generate_series(1, 1000)");
            String written = tables.query("SELECT pg_current_wal_lsn()");

            // Then
            await().atMost(SOON).until(() -> tables.query("SELECT bool_and(confirmed_flush_lsn >= '" + written
                            + "') FROM pg_replication_slots WHERE database = current_database()")
                    .equals("t"));
        });
    }

    @Test
    void shouldSayWhatIsMissing() {
        // Given
        Path file = tables.configFile("", "");

        // Then
        assertThatThrownBy(() -> tables.start(file))
                .isInstanceOf(TablesException.class)
                .hasMessageContaining("there is no publication changes")
                .hasMessageContaining("CREATE PUBLICATION changes FOR TABLE");
    }

    /** Only a superuser may. */
    private void publishAllTables() {
        try (Connection superuser =
                        POSTGRES.server().superuser(database.database()).connect();
                Statement statement = superuser.createStatement()) {
            statement.execute("CREATE PUBLICATION changes FOR ALL TABLES");
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private long count(String table) {
        return tables.end(tables.topic(table), 0)
                + tables.end(tables.topic(table), 1)
                + tables.end(tables.topic(table), 2);
    }
}
