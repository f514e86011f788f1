package io.tailrace.broker.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.broker.log.LogFixture;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.PostgresExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What docs/sql.md says, and the roles that it names. */
class SqlDocsIT {

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private static final Pattern BLOCK = Pattern.compile("(?ms)^```sql\n(.*?)^```");

    private LogFixture log;

    @BeforeEach
    void start() throws Exception {
        log = new LogFixture(POSTGRES.freshDatabase(), 1);
        log.createTopic("orders", 2, Map.of());
    }

    @AfterEach
    void stop() {
        log.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sql.md", "operations.md"})
    void shouldRunEveryExample(String page) throws Exception {
        // Given
        String text = Files.readString(Path.of("../docs", page));
        List<String> blocks =
                BLOCK.matcher(text).results().map(MatchResult::group).toList();
        if (text.contains("pg_drop_replication_slot")) {
            log.execute("SELECT pg_create_logical_replication_slot('tailrace_forwarder', 'pgoutput')");
        }

        log.execute(
                "INSERT INTO kafka.target_metadata VALUES ('tailrace_forwarder', 'target', 'localhost:9092', '{}')");

        // When
        for (String block : blocks) {
            log.execute(BLOCK.matcher(block).replaceAll("$1"));
        }

        // Then
        assertThat(blocks).isNotEmpty();
    }

    private PostgresAddress memberOf(String role) throws SQLException {
        PostgresAddress superuser = POSTGRES.server().superuser(log.address().database());
        String name = role + "_" + log.address().database();
        try (Connection connection = superuser.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE ROLE " + name + " LOGIN PASSWORD 'guest' IN ROLE " + role);
        }
        return new PostgresAddress(superuser.host(), superuser.port(), superuser.database(), name, "guest");
    }

    private void makeRoles() throws SQLException {
        try (Connection connection =
                        POSTGRES.server().superuser(log.address().database()).connect();
                Statement statement = connection.createStatement()) {
            for (String role : List.of("tailrace_read", "tailrace_produce")) {
                statement.execute("DO $$ BEGIN CREATE ROLE " + role
                        + " NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
            }
        }
        assertThat(log.query("SELECT kafka.grant_roles()")).containsExactly("granted");
    }

    private static void run(PostgresAddress as, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(as.jdbcUrl(), as.user(), as.password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void assertRefused(PostgresAddress as, String sql) {
        assertThatThrownBy(() -> run(as, sql)).as(sql).hasMessageContaining("permission denied");
    }

    @Test
    void shouldLetReadersReadAndNothingElse() throws Exception {
        // Given
        makeRoles();

        // When
        PostgresAddress reader = memberOf("tailrace_read");

        // Then
        for (String readable : List.of("records", "topics", "partitions", "forwarder_positions", "outbox")) {
            run(reader, "SELECT * FROM kafka." + readable);
        }
        run(reader, "SELECT kafka.utf8(key) FROM kafka.records");
        assertRefused(reader, "SELECT kafka.produce('orders', 'k', 'v')");
        assertRefused(reader, "SELECT kafka.produce('orders', 'k'::bytea, 'v'::bytea)");
        assertRefused(reader, "DELETE FROM kafka.messages");
        assertRefused(reader, "UPDATE kafka.partitions SET next_offset = 0");
        assertRefused(reader, "INSERT INTO kafka.outbox (topic_id, partition_id, timestamp_ms) VALUES (1, 0, 0)");
        assertRefused(reader, "CREATE TABLE kafka.mine (id int)");
        assertRefused(reader, "SELECT kafka.grant_roles()");
    }

    @Test
    void shouldLetProducersProduceAndNothingElse() throws Exception {
        // Given
        makeRoles();
        PostgresAddress producer = memberOf("tailrace_produce");

        // When
        run(producer, "SELECT kafka.produce('orders', 'k', 'v')");
        run(producer, "SELECT kafka.produce('orders', 'k'::bytea, 'v'::bytea, '{\"a\": \"b\"}', 1)");

        // Then
        assertThat(log.number("SELECT count(*) FROM kafka.outbox")).isEqualTo(2);
        for (String table : List.of("records", "topics", "messages", "outbox", "partitions")) {
            assertRefused(producer, "SELECT * FROM kafka." + table);
        }
        assertRefused(producer, "INSERT INTO kafka.outbox (topic_id, partition_id, timestamp_ms) VALUES (1, 0, 0)");
    }

    @Test
    void shouldNotBeFooledByTheCallersSearchPath() throws Exception {
        // Given: a function of the caller's own that would hide one of Postgres
        makeRoles();
        PostgresAddress producer = memberOf("tailrace_produce");

        // When
        run(
                producer,
                """
                CREATE FUNCTION pg_temp.octet_length(bytea) RETURNS integer LANGUAGE plpgsql
                    AS 'BEGIN RAISE EXCEPTION ''hijacked''; END';
                SET search_path = pg_temp, pg_catalog;
                SELECT kafka.produce('orders', 'k', 'v');
                """);

        // Then
        Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThat(
                        log.number("SELECT count(*) FROM kafka.outbox"))
                .isOne());
    }
}
