package io.tailrace.forwarder.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.forwarder.tables.TableFixture.Arrived;
import io.tailrace.local.ChildJvm;
import io.tailrace.local.ChildProcess;
import io.tailrace.local.junit.KafkaExtension;
import io.tailrace.local.junit.PostgresExtension;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 in the middle of large transactions, again and again. */
final class TablesCrashIT {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final int KILLS = 3;
    private static final int ROWS = 30_000;
    private static final int PARTITIONS = 2;

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    @RegisterExtension
    static final KafkaExtension KAFKA = new KafkaExtension();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path directory;

    @Test
    void shouldSendEachChangeOnceWithTheCheckpointInPostgres() throws Exception {
        assertOnce("tables_crash_1", "");
    }

    @Test
    void shouldSendEachChangeOnceWithTheCheckpointInAFile() throws Exception {
        assertOnce("tables_crash_2", "checkpoint_file = \"" + directory.resolve("checkpoint.json") + "\"");
    }

    private void assertOnce(String slot, String checkpoint) throws Exception {
        try (TableFixture tables = new TableFixture(POSTGRES.freshDatabase(), KAFKA.server(), slot, directory)) {
            // Given
            tables.execute("CREATE TABLE numbers (id int PRIMARY KEY, filler text)");
            tables.execute("CREATE PUBLICATION changes FOR TABLE numbers");
            Path file = tables.configFile("partitions = " + PARTITIONS, checkpoint);
            Random random = new Random(11);
            int expected = 0;

            // When
            for (int kill = 0; kill < KILLS; kill++) {
                try (ChildProcess streamer = start(file)) {
                    await().atMost(SOON).until(tables::slotIsActive);
                    long before = count(tables);
                    tables.execute("INSERT INTO numbers SELECT n, repeat('x', 100) FROM generate_series(%d, %d) n"
                            .formatted(expected, expected + ROWS - 1));
                    expected += ROWS;
                    int some = random.nextInt(ROWS - 1000);
                    await().pollDelay(Duration.ZERO)
                            .pollInterval(Duration.ofMillis(5))
                            .atMost(SOON)
                            .until(() -> count(tables) > before + some);
                    streamer.kill();
                }
            }
            int all = expected;
            try (ChildProcess streamer = start(file)) {
                await().atMost(SOON).until(() -> count(tables) >= all);
                tables.execute("DELETE FROM numbers WHERE id = 0");
                await().atMost(SOON).until(() -> count(tables) >= all + 1);
                assertThat(streamer.isAlive()).isTrue();
            }

            // Then
            await().atMost(SOON).until(() -> !tables.slotIsActive());
            tables.dropSlot();
            assertThat(count(tables)).isEqualTo(all + 1);
            List<Integer> found = IntStream.range(0, PARTITIONS)
                    .mapToObj(partition -> inserted(tables, partition))
                    .flatMap(List::stream)
                    .sorted()
                    .toList();
            assertThat(found).isEqualTo(IntStream.range(0, all).boxed().toList());
        }
    }

    /** The ids of a partition, which must have kept their order. */
    private static List<Integer> inserted(TableFixture tables, int partition) {
        List<Integer> ids = tables.read(tables.topic("numbers"), partition).stream()
                .filter(each -> each.op().equals("INSERT"))
                .map((Arrived each) -> each.value().path("after").path("id").asInt())
                .toList();
        assertThat(ids).isSorted();
        return ids;
    }

    private static long count(TableFixture tables) {
        return IntStream.range(0, PARTITIONS)
                .mapToLong(partition -> tables.end(tables.topic("numbers"), partition))
                .sum();
    }

    private ChildProcess start(Path file) {
        return ChildJvm.start(
                "tables",
                List.of("-Xmx128m", "-XX:TieredStopAtLevel=1"),
                TablesMain.class,
                List.of(file.toString()),
                directory.resolve("tables.log"));
    }
}
