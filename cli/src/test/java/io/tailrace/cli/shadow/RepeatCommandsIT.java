package io.tailrace.cli.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cli.CommandFixture;
import io.tailrace.local.junit.PostgresExtension;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What the commands find and leave in Postgres; what the forwarder makes of that is tested with it. */
class RepeatCommandsIT {
    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private CommandFixture commands;

    @BeforeEach
    void prepare(@TempDir Path directory) throws Exception {
        commands = new CommandFixture(POSTGRES.freshDatabase(), new ShadowCommand(), directory, "");
        commands.execute(
                """
                INSERT INTO kafka.topics (topic_uuid, name, partitions)
                VALUES (gen_random_uuid(), 'orders', 2), (gen_random_uuid(), 'payments', 1), (gen_random_uuid(), 'single', 1);
                INSERT INTO kafka.partitions (topic_id, partition_id, next_offset, log_start_offset)
                VALUES (1, 0, 10, 0), (1, 1, 25, 20), (2, 0, 7, 0), (3, 0, 20, 5);
                INSERT INTO kafka.forwarders (name) VALUES ('f');
                INSERT INTO kafka.forwarder_topics (forwarder, topic_id, target_name, partitions)
                VALUES ('f', 1, 'orders', '{0,1}'), ('f', 2, 'payments', '{}'), ('f', 3, 'single', '{0}');
                INSERT INTO kafka.forwarder_positions (forwarder, topic_id, partition_id, next_offset)
                VALUES ('f', 1, 0, 7), ('f', 1, 1, 25), ('f', 3, 0, 20);
                CREATE TABLE kafka.messages_1 (LIKE kafka.messages INCLUDING ALL);
                INSERT INTO kafka.messages_1 (topic_id, partition_id, partition_offset, timestamp_ms, global_offset)
                SELECT 1, 0, o, 1000 * o, 0 FROM generate_series(0, 9) o
                UNION ALL SELECT 1, 1, o, 1000 * (o - 20), 0 FROM generate_series(20, 24) o;
                INSERT INTO kafka.refused_records (forwarder, topic_id, partition_id, partition_offset, topic, value,
                                                   timestamp_ms, reason, refused_at, dead_letter_offset)
                VALUES ('f', 1, 0, 3, 'orders', '12345', 0, 'too large', '2026-01-01T00:00:00Z', 7),
                       ('f', 1, 1, 22, 'orders', '1', 0, 'too large', '2026-01-01T00:00:01Z', NULL);
                """);
    }

    @Test
    void shouldShowRefusedRecordsAndWhatBecameOfThem() throws Exception {
        // Given
        commands.execute(
                "UPDATE kafka.refused_records SET retried_at = now(), retried_offset = 42 WHERE partition_id = 0");

        // When
        int code = run("refused", "--topic", "orders");

        // Then
        assertThat(code).isZero();
        assertThat(commands.output().lines())
                .containsExactly(
                        "topic  | partition | offset | refused at           | bytes | dead-letter topic | state                   | reason",
                        "-------+-----------+--------+----------------------+-------+-------------------+-------------------------+----------",
                        "orders | 1         | 22     | 2026-01-01T00:00:01Z | 1     |                   | set aside               | too large",
                        "orders | 0         | 3      | 2026-01-01T00:00:00Z | 5     | offset 7          | sent again to offset 42 | too large");
        assertThat(run("refused", "--topic", "payments")).isZero();
        assertThat(commands.output()).contains("no record was set aside");
    }

    @Test
    void shouldAskForRefusedRecordsToBeSentAgain() throws Exception {
        // When
        int one = run("retry", "--topic", "orders", "--partition", "1", "--offset", "22");

        // Then
        assertThat(one).isZero();
        assertThat(commands.output())
                .contains("1 record is to be sent again")
                .contains("out of order")
                .contains("forwarder f is not running");
        assertThat(commands.query("SELECT string_agg(state, ', ' ORDER BY partition_id) FROM kafka.refused_records"))
                .isEqualTo("set aside, to be sent");

        // When
        int all = run("retry", "--all");
        int again = run("retry", "--all");

        // Then
        assertThat(all).isZero();
        assertThat(again).isEqualTo(1);
        assertThat(commands.output()).contains("no record is waiting to be sent again (2 to be sent)");
    }

    @Test
    void shouldSayWhichRecordsMustBeNamed() {
        assertThat(run("retry")).isEqualTo(1);
        assertThat(commands.output()).contains("or --all");
        assertThat(run("retry", "--topic", "orders", "--all")).isEqualTo(1);
        assertThat(run("retry", "--topic", "orders", "--offset", "3")).isEqualTo(1);
        assertThat(commands.output()).contains("--offset 3 needs --partition");
    }

    @Test
    void shouldShowHowFarEachRequestIs() throws Exception {
        // Given
        commands.execute(
                """
                INSERT INTO kafka.replays (slot, topic_id, partition_id, from_offset, to_offset, next_offset, records, state, waiting, failure)
                VALUES ('f', 1, 0, 0, 4, 4, 3, 'done', NULL, NULL), ('f', 1, 1, 20, 24, 21, 1, 'running', 'it waits', NULL),
                       ('f', 3, 0, 5, 10, NULL, 0, 'failed', NULL, 'the topic is gone')""");

        // When
        int code = run("replays");

        // Then
        assertThat(code).isZero();
        assertThat(commands.output().lines())
                .containsExactly(
                        "replay | forwarder | topic  | partition | from | to | state   | sent to | records | done  | note",
                        "-------+-----------+--------+-----------+------+----+---------+---------+---------+-------+------------------",
                        "3      | f         | single | 0         | 5    | 10 | failed  | 5       | 0       | 0 %   | the topic is gone",
                        "2      | f         | orders | 1         | 20   | 24 | running | 21      | 1       | 25 %  | it waits",
                        "1      | f         | orders | 0         | 0    | 4  | done    | 4       | 3       | 100 % |");
        assertThat(run("replays", "--open", "--topic", "orders")).isZero();
        assertThat(commands.output()).contains("it waits").doesNotContain("100 %");
        assertThat(run("replays", "--open", "--topic", "single")).isZero();
        assertThat(commands.output()).contains("no request is open");
    }

    @Test
    void shouldCancelRequestsThatAreOpen() throws Exception {
        // Given
        commands.execute(
                """
                INSERT INTO kafka.replays (slot, topic_id, partition_id, from_offset, to_offset, state)
                VALUES ('f', 1, 0, 0, 4, 'done'), ('f', 1, 1, 20, 24, 'running'), ('f', 3, 0, 5, 10, 'requested'),
                       ('f', 1, 1, 20, 21, 'requested')""");

        // When
        int one = run("cancel", "1", "2");

        // Then
        assertThat(one).isZero();
        assertThat(commands.output().lines()).containsExactly("replay 2 (partition 1) is cancelled after 0 records");
        assertThat(run("cancel", "--topic", "single")).isZero();
        assertThat(commands.output()).contains("replay 3 (partition 0)");
        assertThat(run("cancel", "--all")).isZero();
        assertThat(commands.output()).contains("replay 4 (partition 1)");
        assertThat(run("cancel", "--all")).isEqualTo(1);
        assertThat(run("cancel", "1")).isEqualTo(1);
        assertThat(commands.output()).contains("no such request is open: 1 is done");
        assertThat(run("cancel")).isEqualTo(1);
        assertThat(commands.output()).contains("Give their numbers");
        assertThat(commands.query(
                        "SELECT string_agg(state, ' ' ORDER BY id) FROM kafka.replays WHERE finished_at IS NOT NULL"))
                .isEqualTo("cancelled cancelled cancelled");
    }

    @Test
    void shouldAskForARangeToBeSentAgain() throws Exception {
        // When
        int code = run("replay", "--topic", "orders", "--partition", "0", "--from", "2", "--to", "9");

        // Then: what is not forwarded yet is left out
        assertThat(code).isZero();
        assertThat(commands.output().lines())
                .startsWith(
                        "replay | topic  | partition | from | to",
                        "-------+--------+-----------+------+---",
                        "1      | orders | 0         | 2    | 7");
        assertThat(commands.output()).contains("forwarder f is not running");
        assertThat(
                        commands.query(
                                "SELECT concat_ws(' ', slot, topic_id, partition_id, from_offset, to_offset, state) FROM kafka.replays"))
                .isEqualTo("f 1 0 2 7 requested");
    }

    @Test
    void shouldFindARangeByTimeInEachPartition() throws Exception {
        // When
        int code = run(
                "replay", "--topic", "orders", "--from", "1970-01-01T00:00:02Z", "--to", "1970-01-01T01:00:04+01:00");

        // Then
        assertThat(code).isZero();
        assertThat(commands.query(
                        "SELECT string_agg(partition_id || ': ' || from_offset || '-' || to_offset, ', ' ORDER BY id)"
                                + " FROM kafka.replays"))
                .isEqualTo("0: 2-4, 1: 22-24");
    }

    @Test
    void shouldSayWhyARangeCannotBeSentAgain() throws Exception {
        assertThat(run("replay", "--topic", "nothing", "--from", "0")).isEqualTo(1);
        assertThat(commands.output()).contains("there is no topic nothing");
        assertThat(run("replay", "--topic", "payments", "--from", "0")).isEqualTo(1);
        assertThat(commands.output()).contains("topic payments is not forwarded");
        assertThat(run("replay", "--topic", "orders", "--from", "0")).isEqualTo(1);
        assertThat(commands.output()).contains("give --partition, or times");
        assertThat(run("replay", "--topic", "single", "--from", "4")).isEqualTo(1);
        assertThat(commands.output()).contains("--from 4 is outside of the log of partition 0, which is from 5 to 20");
        assertThat(run("replay", "--topic", "single", "--from", "6", "--to", "21"))
                .isEqualTo(1);
        assertThat(run("replay", "--topic", "single", "--from", "20")).isEqualTo(1);
        assertThat(commands.output()).contains("nothing to send again");
        assertThat(run("replay", "--topic", "single", "--from", "yesterday")).isEqualTo(1);
        assertThat(commands.output()).contains("a time with its zone");
        assertThat(run("replay", "--topic", "single", "--partition", "1", "--from", "6"))
                .isEqualTo(1);
        assertThat(commands.output()).contains("does not exist or is not forwarded");
        commands.execute(
                "INSERT INTO kafka.forwarder_topics (forwarder, topic_id, target_name, partitions) VALUES ('g', 3, 'single', '{0}')");
        assertThat(run("replay", "--topic", "single", "--from", "6")).isEqualTo(1);
        assertThat(commands.output()).contains("give --forwarder, one of f, g");
        assertThat(commands.query("SELECT count(*) FROM kafka.replays")).isEqualTo("0");
    }

    @Test
    void shouldSendNothingAgainDuringACutover() throws Exception {
        commands.execute("UPDATE kafka.migration SET state = 'fenced', fenced_until = now() + interval '1 minute'");
        assertThat(run("retry", "--all")).isEqualTo(1);
        assertThat(commands.output()).contains("a cutover is under way");
        commands.execute("UPDATE kafka.migration SET state = 'moved', fenced_until = NULL, forwarder = 'f'");
        assertThat(run("replay", "--topic", "single", "--from", "6")).isEqualTo(1);
        assertThat(commands.output()).contains("the clients have moved to the target");
    }

    private int run(String... arguments) {
        commands.clearOutput();
        return commands.run(arguments);
    }
}
