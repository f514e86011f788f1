package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.client.ClientKind;
import io.tailrace.e2e.client.KafkaTool;
import io.tailrace.e2e.client.Message;
import io.tailrace.e2e.client.ProducerSettings;
import io.tailrace.e2e.client.ScenarioProducer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** kafka-transactions: what an operator sees of transactions. */
@Execution(ExecutionMode.CONCURRENT)
class TransactionToolsIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);
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
        assertThat(output("describe-producers", "--topic", partition.topic(), "--partition", "0")
                        .lines())
                .hasSize(2)
                .element(1)
                .asString()
                .matches("\\d+\\s+\\d+\\s+-?\\d+\\s+0\\s+\\d+\\s+0\\s*");
        assertThat(output("find-hanging", "--topic", partition.topic())).doesNotContain(partition.topic());
        producer.commit();
        Awaitility.await().atMost(LIMIT).untilAsserted(() -> assertThat(output("list"))
                .containsPattern(id + "\\s+\\d+\\s+\\d+\\s+CompleteCommit"));
    }
}
