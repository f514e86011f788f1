package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.client.ClientKind;
import io.tailrace.e2e.client.KafkaTool;
import io.tailrace.e2e.client.Message;
import io.tailrace.e2e.client.ProducerSettings;
import io.tailrace.e2e.client.ScenarioProducer;
import io.tailrace.e2e.record.LogReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kafka-transactions: what an operator sees of transactions. */
@Execution(ExecutionMode.CONCURRENT)
class TransactionToolsIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Pattern PRODUCER =
            Pattern.compile("\\d+\\s+\\d+\\s+-?\\d+\\s+-?\\d+\\s+\\d+\\s+(\\d+|None)\\s*");
    private static final String TOOL = "org.apache.kafka.tools.TransactionsCommand";

    @RegisterExtension
    static final SharedBroker BROKER = SharedBroker.ofAllClasses();

    private static String output(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--bootstrap-server", "127.0.0.1:" + BROKER.port()));
        all.addAll(List.of(arguments));
        KafkaTool.Result result = KafkaTool.run(TOOL, all.toArray(String[]::new));
        assertThat(result.exitCode()).as(result.output()).isZero();
        return result.output();
    }

    @Test
    void shouldShowTransactions() {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        String id = BROKER.freshGroup();
        ScenarioProducer producer = BROKER.client(ClientKind.JAVA).producer(ProducerSettings.transactional(id));
        producer.initTransactions();
        producer.begin();
        producer.send(Message.to(partition, "pending"));

        // Then
        assertThat(output("list")).containsPattern(id + "\\s+\\d+\\s+\\d+\\s+Ongoing");
        assertThat(output("describe", "--transactional-id", id))
                .containsPattern("\\d+\\s+" + id + "\\s+\\d+\\s+\\d+\\s+Ongoing\\s+60000")
                .contains(partition.toString());
        assertThat(producerOf(partition).subList(1, 4)).containsExactly("0", "-1", "0");
        assertThat(producerOf(partition).get(5)).isEqualTo("0");
        assertThat(output("find-hanging", "--topic", partition.topic())).doesNotContain(partition.topic());
        producer.commit();
        Awaitility.await().atMost(LIMIT).untilAsserted(() -> assertThat(output("list"))
                .containsPattern(id + "\\s+\\d+\\s+\\d+\\s+CompleteCommit"));
    }

    private static String findHanging(TopicPartition partition) {
        // A transaction of which longer than this nothing was heard may hang, where the coordinator does not know it.
        return output("find-hanging", "--topic", partition.topic(), "--max-transaction-timeout", "0");
    }

    /** The columns of the only producer of a partition: id, epoch, coordinator epoch, sequence, time, start offset. */
    private static List<String> producerOf(TopicPartition partition) {
        List<String> lines = output("describe-producers", "--topic", partition.topic(), "--partition", "0")
                .lines()
                .filter(line -> PRODUCER.matcher(line).matches())
                .toList();
        assertThat(lines).hasSize(1);
        return List.of(lines.get(0).trim().split("\\s+"));
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = BROKER.database().connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldAbortInAPartition(boolean byStartOffset) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        ScenarioProducer producer =
                BROKER.client(ClientKind.JAVA).producer(ProducerSettings.transactional(BROKER.freshGroup()));
        producer.initTransactions();
        producer.begin();
        producer.send(Message.to(partition, "pending"));
        List<String> state = producerOf(partition);
        assertThat(state.get(5)).isEqualTo("0");
        assertThat(findHanging(partition)).doesNotContain(partition.topic());

        // When
        List<String> abort = new ArrayList<>(List.of("abort", "--topic", partition.topic(), "--partition", "0"));
        abort.addAll(
                byStartOffset
                        ? List.of("--start-offset", "0")
                        : List.of(
                                "--producer-id",
                                state.get(0),
                                "--producer-epoch",
                                state.get(1),
                                "--coordinator-epoch",
                                "0"));
        output(abort.toArray(String[]::new));

        // Then: readers go on; the coordinator has the transaction open, and it ends as ever
        assertThat(producerOf(partition).get(5)).isEqualTo("None");
        assertThat(findHanging(partition)).doesNotContain(partition.topic());
        assertThat(LogReader.endOffsets(LogReader.committed(BROKER.connection()), List.of(partition)))
                .isEqualTo(LogReader.endOffsets(BROKER.connection(), List.of(partition)));
        producer.commit();
    }

    @Test
    void shouldFindAndAbortWhatHangs() throws Exception {
        Assumptions.assumeFalse(SharedBroker.IS_REFERENCE, "Kafka lets no transaction hang on purpose");
        // Given: what no client can bring about, an open transaction of a producer without a transactional id
        TopicPartition partition = BROKER.freshPartition();
        ScenarioProducer producer = BROKER.client(ClientKind.JAVA).producer(ProducerSettings.IDEMPOTENT);
        producer.send(Message.to(partition, "pending"));
        execute("INSERT INTO kafka.transaction_partitions"
                + " (producer_id, topic_id, partition_id, producer_epoch, first_offset, last_offset)"
                + " SELECT s.producer_id, s.topic_id, s.partition_id, s.producer_epoch, 0, 0"
                + " FROM kafka.producer_sequences s JOIN kafka.topics t ON t.id = s.topic_id"
                + " WHERE t.name = '" + partition.topic() + "'");
        assertThat(findHanging(partition).lines())
                .anyMatch(line -> line.matches(partition.topic() + "\\s+0\\s+\\d+\\s+0\\s+-1\\s+0\\s+.*"));

        // When
        output("abort", "--topic", partition.topic(), "--partition", "0", "--start-offset", "0");

        // Then
        assertThat(findHanging(partition)).doesNotContain(partition.topic());
    }
}
