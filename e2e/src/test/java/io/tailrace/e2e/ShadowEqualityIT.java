package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.e2e.program.BrokerProgram;
import io.tailrace.e2e.program.ForwarderProgram;
import io.tailrace.e2e.program.Programs;
import io.tailrace.e2e.record.StoredRecord;
import io.tailrace.e2e.shadow.ChangedByte;
import io.tailrace.e2e.shadow.MixedLoad;
import io.tailrace.e2e.shadow.SideBySide;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.LocalKafka;
import io.tailrace.local.LocalPostgres;
import io.tailrace.local.PostgresAddress;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Log and target are the same, byte by byte, and the verifier says so, until one byte is changed on the target. */
class ShadowEqualityIT {

    private static final Duration LIMIT = Soak.duration(Duration.ofMinutes(2), Duration.ofMinutes(10));
    private static final int CHANGED_VALUE_BYTES = 24;

    @RegisterExtension
    final Programs programs = new Programs();

    @Test
    void shouldBeEqualByteByByteUntilOneIsChanged() throws Exception {
        // Given
        LocalPostgres postgres = programs.startPostgres();
        LocalKafka target = programs.startTarget();
        BrokerProgram broker =
                programs.startBroker(postgres.address(), Map.of("cleaner.compaction_check_interval", "1s"));
        // In an uncompressed batch a byte of a record is a byte of the file.
        ForwarderProgram forwarder = programs.forwarder(
                postgres.address(),
                target,
                Map.of("kafka.producer.\"compression.type\"", "none", "verification.rate_records", "1000000"));
        forwarder.start();
        // From here on nothing is compacted that is not forwarded.
        forwarder.awaitStreaming();
        MixedLoad load = new MixedLoad(broker.connection(), Seed.of(ShadowEqualityIT.class));

        // When
        load.createTopics();
        load.produce(Soak.times(20_000, 1_000_000));
        awaitVerified(postgres.address());

        // Then
        Map<String, Object> targetConnection = target.clientProperties(KafkaListener.SASL_SSL);
        assertEqual(load, broker.connection(), targetConnection);
        assertThat(forwarder.run("migrate", "verify", "--from-start").exitCode())
                .isZero();

        // When
        TopicPartition partition = MixedLoad.ledger(1);
        SideBySide sides = SideBySide.read(broker.connection(), targetConnection, partition);
        int changed = recordToChange(sides);
        target.kill();
        ChangedByte.change(
                target.partitionDirectory(partition.topic(), partition.partition()),
                value(sides.target().get(changed)).get());
        target.startAgain();

        // Then
        var verdict = forwarder.run("migrate", "verify", "--from-start");
        System.out.println(verdict.output());
        assertThat(verdict.exitCode()).isEqualTo(1);
        assertThat(
                        query(
                                postgres.address(),
                                """
                        SELECT string_agg(concat_ws(' ', topic, partition, first_difference, target_difference, what), ';')
                        FROM kafka.verification WHERE state <> 'green'
                        """))
                .isEqualTo("%s %d %d %d value"
                        .formatted(
                                partition.topic(),
                                partition.partition(),
                                sides.log().get(changed).offset(),
                                sides.target().get(changed).offset()));
    }

    /** Without the verifier's help; what compaction has taken is gone only from the log. */
    private static void assertEqual(MixedLoad load, Map<String, Object> broker, Map<String, Object> target) {
        Map<String, Long> onTarget = new HashMap<>();
        for (TopicPartition partition : load.partitions()) {
            SideBySide sides = SideBySide.read(broker, target, partition);
            onTarget.merge(partition.topic(), (long) sides.target().size(), Long::sum);
            if (MixedLoad.isCompacted(partition)) {
                assertThat(sides.log()).hasSizeLessThan(sides.target().size());
                assertThat(sides.differenceAfterCompaction()).isEmpty();
            } else {
                assertThat(sides.difference()).isEmpty();
            }
        }
        System.out.println("on the target: " + onTarget);
        onTarget.forEach((topic, records) -> assertThat(records).as(topic).isEqualTo(load.committed(topic)));
    }

    /** From the middle on, the first whose value no other record has. */
    private static int recordToChange(SideBySide sides) {
        return IntStream.range(sides.target().size() / 2, sides.target().size())
                .filter(i -> sides.target().get(i).content().value() != null)
                .filter(i -> value(sides.target().get(i)).get().length >= CHANGED_VALUE_BYTES)
                .filter(i -> sides.target().stream()
                                .filter(other -> Objects.equals(
                                        other.content().value(),
                                        sides.target().get(i).content().value()))
                                .count()
                        == 1)
                .findFirst()
                .orElseThrow();
    }

    private static Bytes value(StoredRecord record) {
        return Objects.requireNonNull(record.content().value());
    }

    private static void awaitVerified(PostgresAddress database) {
        await("the continuous verification")
                .atMost(LIMIT)
                .pollInterval(Duration.ofSeconds(1))
                .until(
                        () -> "t"
                                .equals(
                                        query(
                                                database,
                                                """
                                SELECT bool_and(v.state = 'green' AND v.verified_to = p.next_offset)
                                FROM kafka.partitions p JOIN kafka.topics t ON t.id = p.topic_id
                                    LEFT JOIN kafka.verification v ON v.topic = t.name AND v.partition = p.partition_id
                                """)));
    }

    private static String query(PostgresAddress database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return String.valueOf(row.getString(1));
        }
    }
}
