package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.client.ClientKind;
import io.tailrace.e2e.client.CommittedOffset;
import io.tailrace.e2e.client.ConsumerSettings;
import io.tailrace.e2e.client.KafkaTool;
import io.tailrace.e2e.client.Message;
import io.tailrace.e2e.client.ProducerSettings;
import io.tailrace.e2e.client.ScenarioConsumer;
import io.tailrace.e2e.program.ToolProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Apache Kafka's own command-line tools: what an operator does with them, and what they print. */
@Execution(ExecutionMode.CONCURRENT)
class KafkaToolsIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String TOOLS = "org.apache.kafka.tools.";
    private static final String GROUPS = TOOLS + "consumer.group.ConsumerGroupCommand";

    @RegisterExtension
    static final SharedBroker BROKER = SharedBroker.ofAllClasses();

    private static KafkaTool.Result run(String mainClass, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--bootstrap-server", "127.0.0.1:" + BROKER.port()));
        all.addAll(List.of(arguments));
        return KafkaTool.run(mainClass, all.toArray(String[]::new));
    }

    private static String output(String mainClass, String... arguments) {
        KafkaTool.Result result = run(mainClass, arguments);
        assertThat(result.exitCode()).as(result.output()).isZero();
        return result.output();
    }

    private static void produce(List<TopicPartition> partitions, int records) {
        BROKER.client(ClientKind.JAVA)
                .producer(ProducerSettings.PLAIN)
                .send(IntStream.range(0, records)
                        .mapToObj(i -> Message.to(partitions.get(i % partitions.size()), "value " + i))
                        .toList());
    }

    @Test
    void shouldManageTopics() {
        // Given
        String tool = TOOLS + "TopicCommand";
        String topic = BROKER.freshTopicName();

        // Then
        assertThat(output(tool, "--create", "--topic", topic, "--partitions", "2", "--config", "retention.ms=3600000"))
                .contains("Created topic " + topic);
        assertThat(run(tool, "--create", "--topic", topic).output()).contains("already exists");
        assertThat(output(tool, "--list").lines()).contains(topic);
        assertThat(output(tool, "--describe", "--topic", topic))
                .contains("PartitionCount: 2", "ReplicationFactor: 1", "retention.ms=3600000")
                .containsPattern("Partition: 0\tLeader: (\\d+)\tReplicas: \\1\tIsr: \\1");
        output(tool, "--alter", "--topic", topic, "--partitions", "5");
        Awaitility.await().atMost(LIMIT).untilAsserted(() -> assertThat(output(tool, "--describe", "--topic", topic))
                .contains("PartitionCount: 5", "Partition: 4"));
        output(tool, "--delete", "--topic", topic);
        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(output(tool, "--list").lines()).doesNotContain(topic));
    }

    @Test
    void shouldShowAndDeleteRecords(@TempDir Path directory) throws IOException {
        // Given
        List<TopicPartition> partitions = BROKER.freshTopic(2);
        String topic = partitions.get(0).topic();
        produce(partitions, 20);
        Path offsets = directory.resolve("offsets.json");
        Files.writeString(
                offsets, "{\"partitions\": [{\"topic\": \"%s\", \"partition\": 1, \"offset\": 4}]}".formatted(topic));

        // Then
        String tool = TOOLS + "GetOffsetShell";
        assertThat(output(tool, "--topic", topic).lines()).containsExactly(topic + ":0:10", topic + ":1:10");
        assertThat(output(TOOLS + "DeleteRecordsCommand", "--offset-json-file", offsets.toString()))
                .contains("partition: " + topic + "-1\tlow_watermark: 4");
        assertThat(output(tool, "--topic", topic, "--time", "earliest").lines())
                .containsExactly(topic + ":0:0", topic + ":1:4");
    }

    /** kafka-configs runs only on the class path of the distribution, and prints past what is taken down. */
    @Test
    void shouldChangeTheSettingsOfATopic(@TempDir Path directory) {
        // Given
        String topic = BROKER.freshPartition(Map.of("retention.ms", "1000000")).topic();
        String tool = "kafka-configs";
        String server = "127.0.0.1:" + BROKER.port();
        String[] entity = {"--bootstrap-server", server, "--entity-type", "topics", "--entity-name", topic};

        // When
        String[] added = {"--alter", "--add-config", "max.message.bytes=2000,cleanup.policy=compact"};
        String[] deleted = {"--alter", "--delete-config", "retention.ms"};
        assertThat(ToolProgram.run(directory, tool, with(entity, added))).contains("Completed updating config");
        assertThat(ToolProgram.run(directory, tool, with(entity, deleted))).contains("Completed updating config");

        // Then
        assertThat(ToolProgram.run(directory, tool, with(entity, "--describe")))
                .contains("Dynamic configs for topic " + topic)
                .contains(
                        "max.message.bytes=2000 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:max.message.bytes=2000")
                .contains("cleanup.policy=compact")
                .doesNotContain("retention.ms");
    }

    private static String[] with(String[] first, String... more) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    void shouldShowAndResetAGroup() {
        // Given
        List<TopicPartition> partitions = BROKER.freshTopic(2);
        String topic = partitions.get(0).topic();
        produce(partitions, 20);
        String group = BROKER.freshGroup();
        ScenarioConsumer consumer = BROKER.client(ClientKind.JAVA).consumer(ConsumerSettings.inGroup(group));
        consumer.subscribe(List.of(topic));
        assertThat(consumer.take(20, LIMIT)).hasSize(20);
        consumer.commit(Map.of(partitions.get(0), new CommittedOffset(10), partitions.get(1), new CommittedOffset(7)));

        // Then: with a member
        assertThat(output(GROUPS, "--list").lines()).contains(group);
        assertThat(output(GROUPS, "--describe", "--group", group))
                .containsPattern(group + " +" + topic + " +0 +10 +10 +0 +consumer-")
                .containsPattern(group + " +" + topic + " +1 +7 +10 +3 +consumer-");
        assertThat(output(GROUPS, "--describe", "--group", group, "--members", "--verbose"))
                .containsPattern(group + " +consumer-\\S+ +/127.0.0.1 +\\S+ +2 ")
                .contains(topic);
        assertThat(output(GROUPS, "--describe", "--group", group, "--state"))
                .containsPattern(group + " +127.0.0.1:" + BROKER.port() + " .*range +Stable +1");
        String[] reset = {"--reset-offsets", "--group", group, "--topic", topic, "--to-earliest", "--execute"};
        assertThat(run(GROUPS, reset).output()).contains("can only be reset if the group");

        // When
        consumer.close();

        // Then: without
        assertThat(output(GROUPS, reset)).containsPattern(group + " +" + topic + " +1 +0");
        assertThat(output(GROUPS, "--describe", "--group", group))
                .containsPattern(group + " +" + topic + " +0 +0 +10 +10 +-");
        output(GROUPS, "--delete-offsets", "--group", group, "--topic", topic + ":1");
        assertThat(BROKER.client(ClientKind.JAVA).committed(group, partitions))
                .containsOnly(Map.entry(partitions.get(0), new CommittedOffset(0)));
        assertThat(output(GROUPS, "--delete", "--group", group)).contains("successful");
        assertThat(output(GROUPS, "--list").lines()).doesNotContain(group);
    }

    @Test
    void shouldDescribeTheCluster() {
        assertThat(KafkaTool.run(
                                TOOLS + "ClusterTool", "cluster-id", "--bootstrap-server", "127.0.0.1:" + BROKER.port())
                        .output())
                .containsPattern("Cluster ID: \\S{22}");
        assertThat(output(TOOLS + "BrokerApiVersionsCommand"))
                .contains("Produce(0): 0 to 13", "Fetch(1): 4 to 18", "ApiVersions(18): 0 to 4")
                .containsPattern("127.0.0.1:" + BROKER.port() + " \\(id: \\d+ rack: null.*\\) -> \\(");
    }

    @Test
    void shouldShowFeaturesAndKeepThemAsTheyAre() {
        // Given
        String tool = TOOLS + "FeatureCommand";

        // Then
        assertThat(output(tool, "describe"))
                .containsPattern("Feature: transaction.version +.*SupportedMaxVersion: 2 +FinalizedVersionLevel: 2 ")
                .containsPattern("Feature: group.version +.*SupportedMaxVersion: 1 +FinalizedVersionLevel: 1 ");
        assertThat(output(tool, "upgrade", "--feature", "transaction.version=2"))
                .contains("transaction.version was upgraded to 2.");
        KafkaTool.Result downgraded = run(tool, "downgrade", "--feature", "transaction.version=1", "--dry-run");
        assertThat(downgraded.exitCode()).isEqualTo(1);
        assertThat(downgraded.output())
                .contains("Can not downgrade transaction.version to 1.", "only supports versions 2");
    }

    @Test
    void shouldManageClientMetricsSubscriptions() {
        // Given
        String tool = TOOLS + "ClientMetricsCommand";
        String name = BROKER.freshTopicName();

        // Then
        output(tool, "--alter", "--name", name, "--metrics", "org.apache.kafka.producer.", "--interval", "60000");
        assertThat(output(tool, "--list").lines()).contains(name);
        assertThat(output(tool, "--describe", "--name", name))
                .contains("interval.ms=60000", "metrics=org.apache.kafka.producer.");
        output(tool, "--delete", "--name", name);
        assertThat(output(tool, "--list").lines()).doesNotContain(name);
    }

    @Test
    void shouldAnswerAsTheOnlyReplicaDoes() {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        produce(List.of(partition), 5);

        // Then
        assertThat(output(TOOLS + "LogDirsCommand", "--describe", "--topic-list", partition.topic()))
                .contains("\"partition\":\"" + partition + "\"");
        assertThat(output(TOOLS + "reassign.ReassignPartitionsCommand", "--list"))
                .contains("No partition reassignments found.");
        assertThat(output(
                        TOOLS + "LeaderElectionCommand",
                        "--election-type",
                        "preferred",
                        "--topic",
                        partition.topic(),
                        "--partition",
                        "0"))
                .contains("Valid replica already elected for partitions " + partition);
    }

    @Test
    void shouldVerifyItselfByProducingAndConsuming(@TempDir Path directory) {
        // Given
        String topic = BROKER.freshTopic(3).get(0).topic();
        String server = "127.0.0.1:" + BROKER.port();
        String[] common = {"--bootstrap-server", server, "--topic", topic, "--max-messages", "200"};

        // When
        String produced = ToolProgram.run(directory, "kafka-verifiable-producer", common);
        String consumed = ToolProgram.run(
                directory,
                "kafka-verifiable-consumer",
                with(common, "--group-id", BROKER.freshGroup(), "--reset-policy", "earliest"));

        // Then
        assertThat(produced).contains("\"sent\":200", "\"acked\":200").doesNotContain("producer_send_error");
        assertThat(consumed).contains("records_consumed", "offsets_committed", "\"success\":true");
        assertThat(output(TOOLS + "GetOffsetShell", "--topic", topic)
                        .lines()
                        .mapToInt(line -> Integer.parseInt(line.substring(line.lastIndexOf(':') + 1)))
                        .sum())
                .isEqualTo(200);
    }
}
