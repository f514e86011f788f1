package io.tailrace.forwarder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.forwarder.source.SourceSession;
import io.tailrace.local.ChildJvm;
import io.tailrace.local.ChildProcess;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.KafkaExtension;
import io.tailrace.local.junit.PostgresExtension;
import io.tailrace.schema.Migrations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 of the process, again and again, while records keep coming. */
final class ForwarderCrashIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int KILLS = 4;
    private static final String SLOT = "crash_it";

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    @RegisterExtension
    static final KafkaExtension KAFKA = new KafkaExtension();

    @Test
    void shouldSendEachRecordOnceWhenKilled(@TempDir Path directory) throws Exception {
        // Given
        PostgresAddress database = POSTGRES.freshDatabase();
        Migrations.migrate(SourceSession.dataSource(TestConfig.postgres(database)));
        String topic = KAFKA.freshTopicName();
        Path file = configFile(directory, database);
        Random random = new Random(7);
        int sent = 0;

        // When
        try (SourceLog log = new SourceLog(database);
                TargetReader target = new TargetReader(KAFKA.server().clientProperties(KafkaListener.PLAINTEXT))) {
            int id = log.createTopic(topic, 1);
            for (int kill = 0; kill < KILLS; kill++) {
                try (ChildProcess forwarder = start(directory, file)) {
                    int expected = sent + 1;
                    log.append(id, 0, 1);
                    sent++;
                    await().atMost(SOON).until(() -> target.end(topic, 0) >= expected);
                    for (int i = 0; i < 20; i++) {
                        log.append(id, 0, 500);
                        sent += 500;
                    }
                    Thread.sleep(random.nextInt(700));
                    forwarder.kill();
                }
            }
            try (ChildProcess forwarder = start(directory, file)) {
                int expected = sent + 1;
                log.append(id, 0, 1);
                sent++;
                await().atMost(SOON).until(() -> Integer.toString(expected)
                        .equals(log.query(
                                "SELECT next_offset FROM kafka.forwarder_positions WHERE forwarder = '" + SLOT + "'")));
                assertThat(forwarder.isAlive()).isTrue();
            }

            // Then
            assertThat(target.assertAtLeastOnce(topic, 0, sent)).as("repeats").isZero();
            log.execute("SELECT pg_drop_replication_slot('" + SLOT + "')");
        }
    }

    private ChildProcess start(Path directory, Path file) {
        return ChildJvm.start(
                "forwarder",
                List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"),
                ForwarderMain.class,
                List.of(file.toString()),
                directory.resolve("forwarder.log"));
    }

    private Path configFile(Path directory, PostgresAddress database) throws IOException {
        Path file = directory.resolve("forwarder.properties");
        Files.writeString(
                file,
                """
                postgres.host=%s
                postgres.port=%d
                postgres.database=%s
                postgres.user=%s
                postgres.password=%s
                kafka.bootstrap_servers=%s
                replication.slot=%s
                """
                        .formatted(
                                database.host(),
                                database.port(),
                                database.database(),
                                database.user(),
                                database.password(),
                                KAFKA.bootstrapServers(),
                                SLOT));
        return file;
    }
}
