package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.e2e.connect.ConnectWorker;
import io.tailrace.e2e.connect.CopyCheck;
import io.tailrace.e2e.connect.GrowingFile;
import io.tailrace.e2e.program.TestCluster;
import io.tailrace.e2e.record.LogReader;
import io.tailrace.e2e.record.LogRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A Kafka Connect worker that has no other Kafka copies a growing file through a topic, while it and the broker are struck. */
class ConnectIT {

    private static final TopicPartition LINES = new TopicPartition("lines", 0);
    private static final int LINES_PER_SECOND = 100;

    @RegisterExtension
    final TestCluster cluster = new TestCluster();

    /** Exactly once in every run; at least once as well in the long one. */
    static List<Boolean> sources() {
        return List.of(true, false).subList(0, Soak.times(1, 2));
    }

    /** Exactly once, the source sends lines and its position in one transaction. */
    @ParameterizedTest(name = "exactly once: {0}")
    @MethodSource("sources")
    void shouldCopyEveryLineInOrder(boolean exactlyOnce) throws Exception {
        // Given
        cluster.start();
        Path copy = cluster.directory().resolve("copy.txt");
        Path original = cluster.directory().resolve("original.txt");
        String support = exactlyOnce ? "enabled" : "disabled";
        ConnectWorker worker = ConnectWorker.in(cluster, Map.of("exactly.once.source.support", support));
        worker.program().start();
        try (GrowingFile file = GrowingFile.start(original, LINES_PER_SECOND)) {
            worker.put("source", source(original));
            worker.put("sink", sink(copy));
            worker.awaitRunning("sink");

            // When
            int strikes = strike(worker, copy);
            int lines = file.stop();
            awaitLine(worker, copy, lines - 1);

            // Then
            CopyCheck inFile = CopyCheck.of(lines, Files.readString(copy));
            CopyCheck inTopic = CopyCheck.of(lines, topicText());
            System.out.println(lines + " lines; in the topic " + inTopic + ", in the copy " + inFile);
            assertThat(inTopic.missing()).isEmpty();
            assertThat(inFile.missing()).isEmpty();
            assertThat(inTopic.rewinds()).isLessThanOrEqualTo(exactlyOnce ? 0 : strikes);
            assertThat(inFile.rewinds()).isLessThanOrEqualTo(inTopic.rewinds() + strikes);
            assertThat(cleanupPolicies(ConnectWorker.INTERNAL_TOPICS)).containsOnly("compact");
        }
    }

    /**
     * Kills the worker, restarts the broker and stops the worker in order, once or for minutes.
     *
     * @return how often
     */
    private int strike(ConnectWorker worker, Path copy) throws IOException {
        long endNs = System.nanoTime()
                + Soak.duration(Duration.ZERO, Duration.ofMinutes(3)).toNanos();
        int strikes = 0;
        do {
            awaitGrowth(worker, copy);
            worker.program().killAndRestart();
            awaitGrowth(worker, copy);
            cluster.killAndRestartBroker();
            awaitGrowth(worker, copy);
            worker.program().restart();
            strikes += 3;
        } while (System.nanoTime() < endNs);
        awaitGrowth(worker, copy);
        return strikes;
    }

    private static void awaitGrowth(ConnectWorker worker, Path copy) throws IOException {
        long before = Files.exists(copy) ? lastLine(copy) : -1;
        await("further lines in the copy")
                .atMost(Duration.ofMinutes(2))
                .failFast(worker.program()::assertAlive)
                .until(() -> Files.exists(copy) && lastLine(copy) > before + LINES_PER_SECOND / 2);
    }

    private static void awaitLine(ConnectWorker worker, Path copy, int line) {
        await("line " + line + " in the copy")
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofSeconds(1))
                .failFast(() -> {
                    worker.assertNotFailed("source");
                    worker.assertNotFailed("sink");
                })
                .until(() -> lastLine(copy) >= line);
    }

    /** The greatest number of a line, not only the last: after a crash the copy goes back. */
    private static long lastLine(Path copy) throws IOException {
        return Files.readString(copy)
                .lines()
                .filter(line -> line.matches("<\\d+>"))
                .mapToLong(line -> Long.parseLong(line.substring(1, line.length() - 1)))
                .max()
                .orElse(-1);
    }

    private String topicText() {
        return LogReader.read(LogReader.committed(cluster.connection()), List.of(LINES))
                .getOrDefault(LINES, List.of())
                .stream()
                .map(stored -> text(stored.content()))
                .collect(Collectors.joining("\n"));
    }

    private static String text(LogRecord content) {
        return new String(Objects.requireNonNull(content.value()).get(), StandardCharsets.UTF_8);
    }

    private List<String> cleanupPolicies(Collection<String> topics) throws Exception {
        List<ConfigResource> resources = topics.stream()
                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                .toList();
        try (Admin admin = Admin.create(cluster.connection())) {
            return admin.describeConfigs(resources).all().get().values().stream()
                    .map(config -> config.get("cleanup.policy").value())
                    .toList();
        }
    }

    private static Map<String, String> source(Path file) {
        return Map.of(
                "connector.class", "org.apache.kafka.connect.file.FileStreamSourceConnector",
                "file", file.toString(),
                "topic", LINES.topic());
    }

    private static Map<String, String> sink(Path file) {
        return Map.of(
                "connector.class", "org.apache.kafka.connect.file.FileStreamSinkConnector",
                "file", file.toString(),
                "topics", LINES.topic());
    }
}
