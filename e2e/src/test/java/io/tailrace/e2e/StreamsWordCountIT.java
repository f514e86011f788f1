package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.e2e.client.Clients;
import io.tailrace.e2e.program.AppProgram;
import io.tailrace.e2e.program.TestCluster;
import io.tailrace.e2e.record.LogReader;
import io.tailrace.e2e.record.LogRecord;
import io.tailrace.e2e.record.StoredRecord;
import io.tailrace.e2e.streams.Sentences;
import io.tailrace.e2e.streams.WordCount;
import io.tailrace.e2e.streams.WordCountApp;
import io.tailrace.e2e.streams.WordCountCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Kafka Streams with {@code exactly_once_v2}: transactions over a repartition topic, a changelog and the output, a group whose
 * offsets are part of them, a state store that is restored from its changelog, topics that Streams makes and purges itself.
 */
class StreamsWordCountIT {

    private static final int PARTITIONS = 3;
    private static final int SENTENCES_PER_SECOND = 60;

    @RegisterExtension
    final TestCluster cluster = new TestCluster();

    @Test
    void shouldCountEveryWordOnceWhateverIsKilled() throws Exception {
        // Given
        long seed = Seed.of(StreamsWordCountIT.class);
        cluster.start();
        Clients.createTopic(cluster.connection(), WordCountApp.INPUT, PARTITIONS);
        List<TopicPartition> output = Clients.createTopic(cluster.connection(), WordCountApp.OUTPUT, PARTITIONS);
        AppProgram app = cluster.app(
                "word-count",
                WordCountApp.class,
                List.of(
                        cluster.bootstrapServers(),
                        cluster.directory().resolve("state").toString()));
        app.start();
        try (Sentences sentences =
                Sentences.start(cluster.connection(), WordCountApp.INPUT, seed, SENTENCES_PER_SECOND)) {
            // When
            strikeWhileItCounts(app, output, new Random(seed));
            sentences.stop();
            Map<String, Long> occurrences = sentences.occurrences();
            awaitCounts(app, output, occurrences);
            app.stop();

            // Then
            assertThat(WordCountCheck.counts(occurrences, counts(output))).isEmpty();
            assertThat(WordCountCheck.latest(occurrences, latestOfChangelog())).isEmpty();
            assertThat(setting(WordCountApp.CHANGELOG, "cleanup.policy")).isEqualTo("compact");
            assertThat(purgedRecords()).isPositive();
        }
    }

    /** Kills the application three times and the broker once; the long form goes on for minutes. */
    private void strikeWhileItCounts(AppProgram app, List<TopicPartition> output, Random random) throws Exception {
        long endNs = System.nanoTime()
                + Soak.duration(Duration.ZERO, Duration.ofMinutes(5)).toNanos();
        int strikes = 0;
        do {
            awaitProgress(app, output);
            Thread.sleep(random.nextInt(2_000));
            app.killAndRestart();
            strikes++;
            if (strikes % 2 == 0) {
                awaitProgress(app, output);
                cluster.killAndRestartBroker();
                awaitProgress(app, output);
                app.restart();
            }
        } while (strikes < 3 || System.nanoTime() < endNs);
        awaitProgress(app, output);
        System.out.println("application killed " + strikes + " times");
    }

    private void awaitProgress(AppProgram app, List<TopicPartition> output) {
        long before = committedEnd(output);
        await("further counts")
                .atMost(Duration.ofSeconds(90))
                .failFast(app::assertAlive)
                .ignoreExceptions()
                .until(() -> committedEnd(output) > before + 100);
    }

    /** The counts of all words are there when as many have been given out as there were words. */
    private void awaitCounts(AppProgram app, List<TopicPartition> output, Map<String, Long> occurrences) {
        long words = occurrences.values().stream().mapToLong(Long::longValue).sum();
        await("the counts of " + words + " words")
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofSeconds(1))
                .failFast(app::assertAlive)
                .until(() -> counts(output).size() >= words);
        System.out.println(words + " words, " + occurrences.size() + " different ones");
    }

    private long committedEnd(List<TopicPartition> partitions) {
        return LogReader.endOffsets(committed(), partitions).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    private List<WordCount> counts(List<TopicPartition> partitions) {
        List<WordCount> counts = new ArrayList<>();
        for (List<StoredRecord> records :
                LogReader.read(committed(), partitions).values()) {
            records.forEach(stored -> counts.add(wordCount(stored.content())));
        }
        return counts;
    }

    private Map<String, Long> latestOfChangelog() {
        Map<String, Long> latest = new HashMap<>();
        for (WordCount count : counts(Clients.partitions(List.of(WordCountApp.CHANGELOG), PARTITIONS))) {
            latest.put(count.word(), count.count());
        }
        return latest;
    }

    /** Streams deletes what it has read from its repartition topic. */
    private long purgedRecords() {
        try (KafkaConsumer<byte[], byte[]> consumer = LogReader.consumer(cluster.connection())) {
            return consumer
                    .beginningOffsets(Clients.partitions(List.of(WordCountApp.REPARTITION), PARTITIONS))
                    .values()
                    .stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }
    }

    private String setting(String topic, String name) throws ExecutionException, InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try (Admin admin = Admin.create(cluster.connection())) {
            return Objects.requireNonNull(
                            admin.describeConfigs(List.of(resource)).all().get().get(resource))
                    .get(name)
                    .value();
        }
    }

    private Map<String, Object> committed() {
        return LogReader.committed(cluster.connection());
    }

    private static WordCount wordCount(LogRecord content) {
        byte[] word = Objects.requireNonNull(content.key()).get();
        Bytes count = Objects.requireNonNull(content.value());
        try (StringDeserializer words = new StringDeserializer();
                LongDeserializer counts = new LongDeserializer()) {
            return new WordCount(words.deserialize("", word), counts.deserialize("", count.get()));
        }
    }
}
