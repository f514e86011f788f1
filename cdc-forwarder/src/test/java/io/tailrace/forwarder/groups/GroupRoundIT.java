package io.tailrace.forwarder.groups;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.PostgresExtension;
import io.tailrace.schema.Migrations;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.OffsetMetadataTooLarge;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.ds.PGSimpleDataSource;

/** Which offsets are written to the target, and which are not. */
final class GroupRoundIT {
    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private static final TopicPartition PARTITION = new TopicPartition("t", 0);

    private final PostgresAddress database = POSTGRES.freshDatabase();
    private final FakeTarget target = new FakeTarget();
    private final GroupRound round = new GroupRound("s", target);
    private Connection connection;

    private static final class FakeTarget implements GroupTarget {
        private final Map<String, Map<TopicPartition, Long>> committed = new HashMap<>();
        private final Set<String> active = new HashSet<>();
        private final List<String> asked = new ArrayList<>();
        private Map<TopicPartition, ApiException> refusal = Map.of();

        @Override
        public Set<String> inactive(Collection<String> groups) {
            asked.addAll(groups);
            Set<String> inactive = new HashSet<>(groups);
            inactive.removeAll(active);
            return inactive;
        }

        @Override
        public Map<String, Map<TopicPartition, Long>> offsets(Collection<String> groups) {
            return Map.copyOf(committed);
        }

        @Override
        public Map<TopicPartition, ApiException> commit(String group, List<TranslatedOffset> offsets) {
            if (refusal.isEmpty()) {
                for (TranslatedOffset offset : offsets) {
                    committed
                            .computeIfAbsent(group, name -> new HashMap<>())
                            .put(offset.committed().target(), offset.targetOffset());
                }
            }
            return refusal;
        }

        @Override
        public void close() {}
    }

    @BeforeEach
    void open() throws SQLException {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(database.jdbcUrl());
        dataSource.setUser(database.user());
        dataSource.setPassword(database.password());
        Migrations.migrate(dataSource);
        connection = database.connect();
        execute("INSERT INTO kafka.topics (topic_uuid, name, partitions) VALUES (gen_random_uuid(), 't', 1)");
        execute("INSERT INTO kafka.partitions (topic_id, partition_id, next_offset) VALUES (1, 0, 1000)");
        execute(
                "INSERT INTO kafka.forwarder_positions (forwarder, topic_id, partition_id, next_offset, target_next_offset)"
                        + " VALUES ('s', 1, 0, 500, 50)");
        execute("INSERT INTO kafka.forwarder_offset_map SELECT 's', 1, 0, n * 10, n FROM generate_series(10, 49) n");
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void commit(String group, long offset) throws SQLException {
        execute("INSERT INTO kafka.consumer_offsets (record_digest, record_offset, group_id, topic, topic_id,"
                + " partition_id, committed_offset, metadata, commit_timestamp) VALUES (sha256('" + group
                + "'), 0, '" + group + "', 't', 1, 0, " + offset + ", '', now())"
                + " ON CONFLICT (record_digest) DO UPDATE SET committed_offset = excluded.committed_offset");
    }

    private String query(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? String.valueOf(row.getString(1)) : "";
        }
    }

    private GroupReport run() throws SQLException {
        return round.run(connection);
    }

    @Test
    void shouldWriteWhatIsNewAndAskAboutNothingElse() throws SQLException {
        // Given
        commit("g", 201);

        // When
        GroupReport first = run();
        GroupReport again = run();
        commit("g", 300);
        GroupReport then = run();

        // Then
        assertThat(first).isEqualTo(new GroupReport(1, Map.of()));
        assertThat(again).isEqualTo(new GroupReport(0, Map.of()));
        assertThat(then.written()).isEqualTo(1);
        assertThat(target.asked).containsExactly("g", "g");
        assertThat(target.committed.get("g")).containsEntry(PARTITION, 30L);
        assertThat(query("SELECT source_offset || ',' || target_offset FROM kafka.forwarder_group_offsets"))
                .isEqualTo("300,30");
    }

    @Test
    void shouldWaitForWhatIsNotForwardedYet() throws SQLException {
        // Given
        commit("g", 600);

        // When
        GroupReport early = run();
        execute("UPDATE kafka.forwarder_positions SET next_offset = 600, target_next_offset = 150");
        GroupReport then = run();

        // Then
        assertThat(early).isEqualTo(new GroupReport(0, Map.of(Skipped.NOT_FORWARDED, 1)));
        assertThat(then.written()).isEqualTo(1);
        assertThat(target.committed.get("g")).containsEntry(PARTITION, 150L);
    }

    @Test
    void shouldNotGuessWhatTheMapDoesNotKnow() throws SQLException {
        // Given
        commit("g", 99);

        // When
        GroupReport report = run();

        // Then
        assertThat(report.skipped(Skipped.BELOW_MAP)).isEqualTo(1);
        assertThat(query("SELECT skipped FROM kafka.forwarder_groups")).isEqualTo(Skipped.BELOW_MAP.reason());
    }

    @Test
    void shouldTakeTheStartOfTheLogForWhatLiesBelow() throws SQLException {
        // Given
        execute("UPDATE kafka.partitions SET log_start_offset = 205");
        commit("g", 99);

        // When
        run();

        // Then
        assertThat(target.committed.get("g")).containsEntry(PARTITION, 21L);
    }

    @Test
    void shouldNotGoBackwards() throws SQLException {
        // Given
        commit("g", 200);
        target.committed.put("g", new HashMap<>(Map.of(PARTITION, 25L)));

        // When
        GroupReport report = run();

        // Then
        assertThat(report.skipped(Skipped.BACKWARDS)).isEqualTo(1);
        assertThat(target.committed.get("g")).containsEntry(PARTITION, 25L);
    }

    @Test
    void shouldLeaveAnActiveGroupAloneUntilItIsNot() throws SQLException {
        // Given
        commit("g", 200);
        commit("h", 200);
        target.active.add("g");

        // When
        GroupReport report = run();
        String skipped = query("SELECT skipped FROM kafka.forwarder_groups WHERE group_id = 'g'");
        target.active.clear();
        run();

        // Then
        assertThat(report).isEqualTo(new GroupReport(1, Map.of(Skipped.ACTIVE, 1)));
        assertThat(skipped).isEqualTo(Skipped.ACTIVE.reason());
        assertThat(target.committed).containsKeys("g", "h");
        assertThat(query("SELECT count(*) FROM kafka.forwarder_groups WHERE skipped IS NOT NULL"))
                .isEqualTo("0");
    }

    @Test
    void shouldLeaveAMovedGroupAlone() throws SQLException {
        // Given
        commit("g", 200);
        execute("INSERT INTO kafka.forwarder_groups (slot, group_id, moved) VALUES ('s', 'g', true)");

        // When
        GroupReport report = run();
        execute("DELETE FROM kafka.consumer_offsets");
        round.beginAnew(connection);

        // Then
        assertThat(report).isEqualTo(new GroupReport(0, Map.of(Skipped.MOVED, 1)));
        assertThat(target.asked).isEmpty();
        assertThat(query("SELECT moved FROM kafka.forwarder_groups")).isEqualTo("t");
    }

    @Test
    void shouldTryAgainWhatIsRefused() throws SQLException {
        // Given
        commit("g", 200);

        // When
        target.refusal = Map.of(PARTITION, new UnknownMemberIdException("joined"));
        GroupReport joined = run();
        target.refusal = Map.of(PARTITION, new OffsetMetadataTooLarge("too large"));
        GroupReport refused = run();
        target.refusal = Map.of();
        GroupReport then = run();

        // Then
        assertThat(joined).isEqualTo(new GroupReport(0, Map.of(Skipped.ACTIVE, 1)));
        assertThat(refused).isEqualTo(new GroupReport(0, Map.of(Skipped.REFUSED, 1)));
        assertThat(then).isEqualTo(new GroupReport(1, Map.of()));
    }

    @Test
    void shouldForgetGroupsThatAreGoneAndWriteAgainWhatTheTargetHasForgotten() throws SQLException {
        // Given
        commit("g", 200);
        commit("h", 200);
        run();

        // When
        execute("DELETE FROM kafka.consumer_offsets WHERE group_id = 'h'");
        target.committed.clear();
        round.beginAnew(connection);
        run();

        // Then
        assertThat(target.committed.get("g")).containsEntry(PARTITION, 20L);
        assertThat(query("SELECT string_agg(group_id, ',') FROM kafka.forwarder_groups"))
                .isEqualTo("g");
        assertThat(query("SELECT string_agg(group_id, ',') FROM kafka.forwarder_group_offsets"))
                .isEqualTo("g");
    }
}
