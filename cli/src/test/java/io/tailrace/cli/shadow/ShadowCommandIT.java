package io.tailrace.cli.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cli.CommandFixture;
import io.tailrace.local.junit.PostgresExtension;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ShadowCommandIT {

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private CommandFixture commands;

    @BeforeEach
    void prepare(@TempDir Path directory) throws Exception {
        commands = new CommandFixture(POSTGRES.freshDatabase(), new ShadowCommand(), directory, "");
        commands.execute(
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
        int code = commands.run("show");

        // Then
        assertThat(code).isZero();
        assertThat(commands.output().lines())
                .containsExactly(
                        "topic    | enabled    | target   | percentage | partitions | lag | state",
                        "---------+------------+----------+------------+------------+-----+------------------",
                        "orders   | by pattern | orders   | 100        | 2 of 2     | 8   | forwarded",
                        "payments | by pattern | payments | 100        | 0 of 1     | 0   | in shadow.exclude");
    }

    @Test
    void shouldSetOnlyWhatIsGiven() throws Exception {
        // When
        commands.run("set", "--topic", "orders", "--percentage", "50", "--enabled", "true");
        commands.run("set", "--topic", "orders", "--target", "orders.v2", "--sample", "10");

        // Then
        assertThat(commands.output()).contains("starts anew at orders.v2");
        assertThat(row()).isEqualTo("(orders,t,orders.v2,50,10)");

        // When
        commands.run("set", "--topic", "orders", "--target", "orders", "--enabled", "by-pattern");

        // Then
        assertThat(row()).isEqualTo("(orders,,,50,10)");
    }

    @Test
    void shouldSayWhatIsWrong() throws Exception {
        assertThat(commands.run("set", "--topic", "nothing", "--percentage", "50"))
                .isEqualTo(1);
        assertThat(commands.output()).contains("there is no topic nothing");
        assertThat(commands.run("set", "--topic", "orders", "--target", "payments"))
                .isEqualTo(1);
        assertThat(commands.output()).contains("belongs to payments");
        assertThat(commands.run("set", "--topic", "orders", "--percentage", "200"))
                .isEqualTo(1);
        assertThat(commands.output()).contains("from 0 to 100");
        assertThat(commands.run("show", "--topic", "nothing")).isEqualTo(1);
    }

    private String row() throws Exception {
        return commands.query(
                "SELECT (topic, enabled, target_name, percentage, sample_percentage)::text FROM kafka.topic_shadow_config");
    }
}
