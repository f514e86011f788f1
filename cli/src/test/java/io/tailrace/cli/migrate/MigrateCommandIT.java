package io.tailrace.cli.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cli.CommandFixture;
import io.tailrace.local.FreePorts;
import io.tailrace.local.junit.PostgresExtension;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What the commands of a migration show and do, by a database in which somebody has forwarded. */
class MigrateCommandIT {

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private final int port = FreePorts.next();
    private CommandFixture commands;

    @BeforeEach
    void prepare(@TempDir Path directory) throws Exception {
        String settings =
                """
                [kafka]
                bootstrap_servers = "127.0.0.1:%d"
                [replication]
                slot = "f"
                """
                        .formatted(port);
        commands = new CommandFixture(POSTGRES.freshDatabase(), new MigrateCommand(), directory, settings);
        commands.execute(
                """
                INSERT INTO kafka.topics (topic_uuid, name, partitions)
                VALUES (gen_random_uuid(), 'orders', 2), (gen_random_uuid(), 'payments', 1);
                INSERT INTO kafka.partitions (topic_id, partition_id, next_offset) VALUES (1, 0, 10), (1, 1, 25), (2, 0, 7);
                INSERT INTO kafka.forwarder_topics (forwarder, topic_id, target_name, partitions)
                VALUES ('f', 1, 'orders', '{0,1}'), ('f', 2, 'paid', '{0}');
                INSERT INTO kafka.forwarder_positions (forwarder, topic_id, partition_id, next_offset, target_next_offset)
                VALUES ('f', 1, 0, 10, 9), ('f', 1, 1, 20, 20), ('f', 2, 0, 7, 7);
                INSERT INTO kafka.verified_partitions (slot, topic_id, partition_id, target_name, start_offset, verified_to,
                    target_verified_to, records, hash, only_on_target, gone_from_target, foreign_records,
                    first_difference, target_difference, what)
                VALUES ('f', 1, 0, 'orders', 0, 8, 8, 8, '', 0, 0, 0, NULL, NULL, NULL),
                       ('f', 1, 1, 'orders', 0, 20, 20, 20, '', 0, 0, 0, NULL, NULL, NULL),
                       ('f', 2, 0, 'paid', 0, 3, 3, 3, '', 0, 0, 0, 3, 3, 'value');
                """);
    }

    @Test
    void shouldShowHowFarEachTopicIsAndWhyOneIsNotReady() throws Exception {
        // When
        int code = commands.run("status");

        // Then
        assertThat(code).isZero();
        assertThat(commands.output().lines())
                .containsExactly(
                        "the clients are served here",
                        "topic    | partitions | source end | target end | lag | verified to | not verified | groups | ready",
                        "---------+------------+------------+------------+-----+-------------+--------------+--------+--------------------------------------------------------------------------------",
                        "orders   | 2          | 35         | 29         | 5   | 28          | 2            | 0      | yes",
                        "payments | 1          | 7          | 7          | 0   | 3           | 4            | 0      | has another name on the target: paid; partition 0 red: offset 3 differs (value)");
    }

    @Test
    void shouldFenceAndLift() throws Exception {
        // When
        commands.run("fence", "--seconds", "60");
        commands.run("status");
        commands.run("lift");
        commands.run("lift");

        // Then
        assertThat(commands.output())
                .contains("fence 1: producers are held back for 60 s")
                .containsPattern("fenced: producers are held back for another \\d+\\.\\d s \\(fence 1\\)")
                .contains("the fence is lifted")
                .contains("there is no fence");
        assertThat(commands.run("fence", "--seconds", "0")).isEqualTo(1);
        assertThat(commands.output()).contains("a fence of 0 seconds is not possible");
    }

    @Test
    void shouldRollBackToBeforeTheMove() throws Exception {
        // When
        commands.run("rollback");
        commands.run("fence");
        int code = commands.run("rollback");

        // Then
        assertThat(commands.output())
                .contains("there is nothing to go back from")
                .contains("producers go on here, as before the cutover");
        assertThat(code).isZero();
    }

    @Test
    void shouldBlockWithoutAForwarderAndATarget() throws Exception {
        // When
        int plan = commands.run("plan");
        int tried = commands.run("cutover", "--dry-run");
        int cutover = commands.run("cutover");

        // Then
        assertThat(commands.output())
                .contains("\"f\" does not run: start it")
                .contains("what it says of itself to clients is not known")
                .contains("1. wait until at most 10000 offsets are missing or not verified: now 5 and 6")
                .contains("there is no cutover as things stand");
        assertThat(plan).isEqualTo(1);
        assertThat(tried).isEqualTo(1);
        assertThat(cutover).isEqualTo(1);
    }

    @Test
    void shouldSayWhereNoTargetAnswers() throws Exception {
        // Given
        commands.execute("UPDATE kafka.migration SET state = 'moved', forwarder = 'f'");

        for (String command : List.of("rollback", "verify")) {
            commands.clearOutput();

            // When
            int code = commands.run(command);

            // Then
            assertThat(code).isEqualTo(1);
            assertThat(commands.output())
                    .contains("the target at 127.0.0.1:" + port + " does not answer within 8 s")
                    .contains("kafka.bootstrap_servers");
        }
    }
}
