package io.tailrace.cli.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.local.FreePorts;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.PostgresExtension;
import io.tailrace.schema.Migrations;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import picocli.CommandLine;

/** What the commands of a migration show and do, by a database in which somebody has forwarded. */
class MigrateCommandIT {

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private final PostgresAddress database = POSTGRES.freshDatabase();
    private final StringWriter output = new StringWriter();
    private Path config;

    @BeforeEach
    void prepare(@TempDir Path directory) throws Exception {
        config = Files.writeString(directory.resolve("forwarder.toml"), settings());
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(database.jdbcUrl());
        dataSource.setUser(database.user());
        dataSource.setPassword(database.password());
        Migrations.migrate(dataSource);
        execute(
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
        int code = run("status");

        // Then
        assertThat(code).isZero();
        assertThat(output.toString().lines())
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
        run("fence", "--seconds", "60");
        run("status");
        run("lift");
        run("lift");

        // Then
        assertThat(output.toString())
                .contains("fence 1: producers are held back for 60 s")
                .containsPattern("fenced: producers are held back for another \\d+\\.\\d s \\(fence 1\\)")
                .contains("the fence is lifted")
                .contains("there is no fence");
        assertThat(run("fence", "--seconds", "0")).isEqualTo(1);
        assertThat(output.toString()).contains("a fence of 0 seconds is not possible");
    }

    @Test
    void shouldRollBackToBeforeTheMove() throws Exception {
        // When
        run("rollback");
        run("fence");
        int code = run("rollback");

        // Then
        assertThat(output.toString())
                .contains("there is nothing to go back from")
                .contains("producers go on here, as before the cutover");
        assertThat(code).isZero();
    }

    @Test
    void shouldBlockWithoutAForwarderAndATarget() throws Exception {
        // When
        int plan = run("plan");
        int tried = run("cutover", "--dry-run");
        int cutover = run("cutover");

        // Then
        assertThat(output.toString())
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
        execute("UPDATE kafka.migration SET state = 'moved', forwarder = 'f'");
        int port = Integer.parseInt(Files.readString(config).replaceAll("(?s).*127.0.0.1:(\\d+).*", "$1"));

        for (String command : List.of("rollback", "verify")) {
            output.getBuffer().setLength(0);

            // When
            int code = run(command);

            // Then
            assertThat(code).isEqualTo(1);
            assertThat(output.toString())
                    .contains("the target at 127.0.0.1:" + port + " does not answer within 8 s")
                    .contains("kafka.bootstrap_servers");
        }
    }

    private String settings() {
        return """
                [postgres]
                host = "%s"
                port = %d
                database = "%s"
                user = "%s"
                password = "%s"
                [kafka]
                bootstrap_servers = "127.0.0.1:%d"
                [replication]
                slot = "f"
                """
                .formatted(
                        database.host(),
                        database.port(),
                        database.database(),
                        database.user(),
                        database.password(),
                        FreePorts.next());
    }

    private int run(String... arguments) {
        PrintWriter out = new PrintWriter(output, true);
        CommandLine command = new CommandLine(new MigrateCommand())
                .setOut(out)
                .setErr(out)
                .setExecutionExceptionHandler((failure, line, parsed) -> {
                    out.println(failure.getMessage());
                    return 1;
                });
        String[] all = new String[arguments.length + 2];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = "--config";
        all[arguments.length + 1] = config.toString();
        return command.execute(all);
    }

    private void execute(String sql) throws Exception {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
