package io.tailrace.cli.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.cli.Main;
import io.tailrace.local.ChildJvm;
import io.tailrace.local.ChildProcess;
import io.tailrace.local.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevIT {

    private static final Duration START_LIMIT = Duration.ofMinutes(3);

    private final int port = FreePorts.next();
    private final int targetPort = FreePorts.next();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit
    private Path directory;

    @Test
    void shouldForwardRecordsAndFindThemAgain() throws Exception {
        // Given
        try (ChildProcess dev = dev("first.log")) {
            awaitReady(dev);
            produce("hello");
            assertThat(firstValue(targetPort)).isEqualTo("hello");

            // When
            ProcessHandle.of(dev.pid()).orElseThrow().destroy();
            assertThat(dev.waitFor(Duration.ofMinutes(1))).isTrue();
            assertThat(dev.onExit().join()).isZero();
            assertThat(dev.logTail(4).lines())
                    .containsExactly(
                            "  the forwarder stopped", "  the broker stopped", "  Kafka stopped", "  Postgres stopped");
        }
        try (ChildProcess dev = dev("second.log")) {
            awaitReady(dev);

            // Then
            assertThat(firstValue(port)).isEqualTo("hello");
            assertThat(refused(port, "--data", data().toString()))
                    .contains("another `tailrace dev` uses the data directory");
            assertThat(refused(port, "--data", directory.resolve("other").toString()))
                    .contains("port " + port + " is used by another program");
        }
    }

    @Test
    void shouldStopEverythingWhenAProgramEnds() throws Exception {
        // Given
        try (ChildProcess dev = dev("log", "--no-target")) {
            awaitReady(dev);
            ProcessHandle broker = ProcessHandle.of(dev.pid())
                    .orElseThrow()
                    .children()
                    .filter(child -> child.info().commandLine().orElse("").contains("broker.toml"))
                    .findFirst()
                    .orElseThrow();

            // When
            broker.destroyForcibly();

            // Then
            assertThat(dev.waitFor(Duration.ofMinutes(1))).isTrue();
            assertThat(dev.onExit().join()).isEqualTo(1);
            assertThat(dev.logTail(30)).contains("Postgres stopped", "the broker ended by itself with code 137");
        }
    }

    private Path data() {
        return directory.resolve("data");
    }

    private ChildProcess dev(String log, String... more) {
        List<String> arguments = new ArrayList<>(List.of("dev", "--data", data().toString()));
        arguments.addAll(List.of("--port", Integer.toString(port), "--target-port", Integer.toString(targetPort)));
        arguments.addAll(List.of(more));
        return ChildJvm.start("dev", List.of("-Xmx128m"), Main.class, arguments, directory.resolve(log));
    }

    private static void awaitReady(ChildProcess dev) throws IOException {
        await().atMost(START_LIMIT).until(() -> isReady(dev) || !dev.isAlive());
        assertThat(isReady(dev)).as(dev.logTail(40)).isTrue();
    }

    private static boolean isReady(ChildProcess dev) throws IOException {
        return Files.readAllLines(dev.logFile()).stream().anyMatch(line -> line.startsWith("ready  broker 127.0.0.1:"));
    }

    private String refused(int brokerPort, String... arguments) {
        List<String> all = new ArrayList<>(List.of("dev", "--no-target", "--port", Integer.toString(brokerPort)));
        all.addAll(List.of(arguments));
        try (ChildProcess other =
                ChildJvm.start("dev", List.of("-Xmx64m"), Main.class, all, directory.resolve("refused.log"))) {
            assertThat(other.waitFor(Duration.ofSeconds(30))).isTrue();
            assertThat(other.onExit().join()).isEqualTo(1);
            return other.logTail(3);
        }
    }

    private void produce(String value) throws Exception {
        Map<String, Object> properties = Map.of("bootstrap.servers", "127.0.0.1:" + port);
        try (var producer = new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>("greetings", value)).get(1, TimeUnit.MINUTES);
        }
    }

    private static String firstValue(int kafkaPort) {
        Map<String, Object> properties =
                Map.of("bootstrap.servers", "127.0.0.1:" + kafkaPort, "allow.auto.create.topics", "false");
        TopicPartition partition = new TopicPartition("greetings", 0);
        try (var consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> consumer.listTopics().containsKey("greetings"));
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long deadlineNs = System.nanoTime() + Duration.ofMinutes(1).toNanos();
            while (System.nanoTime() < deadlineNs) {
                for (var polled : consumer.poll(Duration.ofSeconds(1))) {
                    return polled.value();
                }
            }
        }
        throw new AssertionError("no record on port " + kafkaPort);
    }
}
