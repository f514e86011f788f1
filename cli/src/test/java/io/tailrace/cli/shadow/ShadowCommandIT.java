package io.tailrace.cli.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.PostgresExtension;
import io.tailrace.schema.Migrations;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import picocli.CommandLine;

class ShadowCommandIT {

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
                INSERT INTO kafka.partitions (topic_id, partition_id, next_offset, log_start_offset)
                VALUES (1, 0, 10, 0), (1, 1, 25, 20), (2, 0, 7, 0);
                INSERT INTO kafka.forwarders (name) VALUES ('f');
                INSERT INTO kafka.forwarder_topics (forwarder, topic_id, target_name, partitions, reason)
                VALUES ('f', 1, 'orders', '{0,1}', NULL), ('f', 2, 'payments', '{}', 'in shadow.exclude');
                INSERT INTO kafka.forwarder_positions (forwarder, topic_id, partition_id, next_offset)
                VALUES ('f', 1, 0, 7);
                """);
    }

    @Test
    void shouldShowWhatIsForwardedAndWhyNot() throws Exception {
        // When
        int code = run("show");

        // Then
        assertThat(code).isZero();
        assertThat(output.toString().lines())
                .containsExactly(
                        "topic    | enabled    | target   | percentage | partitions | lag | state",
                        "---------+------------+----------+------------+------------+-----+------------------",
                        "orders   | by pattern | orders   | 100        | 2 of 2     | 8   | forwarded",
                        "payments | by pattern | payments | 100        | 0 of 1     | 0   | in shadow.exclude");
    }

    @Test
    void shouldSetOnlyWhatIsGiven() throws Exception {
        // When
        run("set", "--topic", "orders", "--percentage", "50", "--enabled", "true");
        run("set", "--topic", "orders", "--target", "orders.v2", "--sample", "10");

        // Then
        assertThat(output.toString()).contains("starts anew at orders.v2");
        assertThat(row()).isEqualTo("(orders,t,orders.v2,50,10)");

        // When
        run("set", "--topic", "orders", "--target", "orders", "--enabled", "by-pattern");

        // Then
        assertThat(row()).isEqualTo("(orders,,,50,10)");
    }

    @Test
    void shouldSayWhatIsWrong() throws Exception {
        assertThat(run("set", "--topic", "nothing", "--percentage", "50")).isEqualTo(1);
        assertThat(output.toString()).contains("there is no topic nothing");
        assertThat(run("set", "--topic", "orders", "--target", "payments")).isEqualTo(1);
        assertThat(output.toString()).contains("belongs to payments");
        assertThat(run("set", "--topic", "orders", "--percentage", "200")).isEqualTo(1);
        assertThat(output.toString()).contains("from 0 to 100");
        assertThat(run("show", "--topic", "nothing")).isEqualTo(1);
    }

    private String settings() {
        return """
                [postgres]
                host = "%s"
                port = %d
                database = "%s"
                user = "%s"
                password = "%s"
                """
                .formatted(database.host(), database.port(), database.database(), database.user(), database.password());
    }

    private int run(String... arguments) {
        PrintWriter out = new PrintWriter(output, true);
        CommandLine command = new CommandLine(new ShadowCommand())
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

    private String row() throws Exception {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT (topic, enabled, target_name, percentage, sample_percentage)::text FROM kafka.topic_shadow_config")) {
            row.next();
            return row.getString(1);
        }
    }

    private void execute(String sql) throws Exception {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
