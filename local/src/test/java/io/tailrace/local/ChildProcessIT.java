package io.tailrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessIT {

    /** A parent JVM that starts a Postgres and a Kafka, writes "postgresPort kafkaPid", and waits to be killed. */
    public static final class Parent {

        private Parent() {}

        public static void main(String[] arguments) throws Exception {
            Path directory = Path.of(arguments[0]);
            LocalPostgres postgres = LocalPostgres.start(PostgresOptions.kept(directory.resolve("postgres")));
            LocalKafka kafka = LocalKafka.start(KafkaOptions.kept(directory.resolve("kafka")));
            Path ready = directory.resolve("ready.tmp");
            Files.writeString(ready, postgres.port() + " " + kafka.process().pid());
            Files.move(ready, directory.resolve("ready"));
            Thread.sleep(600_000);
        }
    }

    @Test
    void shouldLeaveNothingBehindAfterItsParentWasKilled(@TempDir Path directory) throws IOException, SQLException {
        // Given
        ChildProcess parent = ChildJvm.start(
                "parent", List.of("-Xmx128m"), Parent.class, List.of(directory.toString()), directory.resolve("log"));
        Path ready = directory.resolve("ready");
        await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(ready) || !parent.isAlive());
        assertThat(ready).as(parent.logTail(20)).exists();
        String[] portAndPid = Files.readString(ready).split(" ", 2);

        // When
        ProcessHandle.of(parent.pid()).orElseThrow().destroyForcibly();

        // Then
        await().atMost(Duration.ofSeconds(30))
                .until(() -> FreePorts.isFree("127.0.0.1", Integer.parseInt(portAndPid[0]))
                        && ProcessHandle.of(Long.parseLong(portAndPid[1])).isEmpty());
        try (LocalPostgres again = LocalPostgres.start(PostgresOptions.kept(directory.resolve("postgres")))) {
            assertThat(LocalPostgresIT.query(again.address(), "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void shouldNotPassOnSettingsMeantForOthers(@TempDir Path directory) throws IOException {
        // Given
        Path log = directory.resolve("log");

        // When
        ChildProcess child = ChildProcess.start("env", List.of("env"), Map.of("PGPORT", "1"), log);

        // Then
        assertThat(child.waitFor(Duration.ofSeconds(10))).isTrue();
        assertThat(Files.readAllLines(log))
                .contains("PGPORT=1")
                .noneMatch(line -> line.startsWith("KAFKA_") || line.startsWith("TAILRACE_"));
    }
}
