package io.tailrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.SharedBroker;
import io.tailrace.e2e.client.Capability;
import io.tailrace.e2e.client.ClientKind;
import io.tailrace.e2e.client.CommittedOffset;
import io.tailrace.e2e.client.ConsumerSettings;
import io.tailrace.e2e.client.EachClient;
import io.tailrace.e2e.client.Message;
import io.tailrace.e2e.client.OffsetQuery;
import io.tailrace.e2e.client.ProducerSettings;
import io.tailrace.e2e.client.ReceivedRecord;
import io.tailrace.e2e.client.ScenarioClient;
import io.tailrace.e2e.client.ScenarioConsumer;
import io.tailrace.e2e.client.ScenarioProducer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Records and offsets of a transaction are seen together, or never. */
@Execution(ExecutionMode.CONCURRENT)
class TransactionScenariosIT {

    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final Duration MOMENT = Duration.ofMillis(700);

    /** Fenced; librdkafka and KafkaJS have names of their own for it. */
    private static final Errors[] FENCED = {
        Errors.PRODUCER_FENCED, Errors.INVALID_PRODUCER_EPOCH, Errors.INVALID_TXN_STATE, Errors.UNKNOWN_SERVER_ERROR
    };

    @RegisterExtension
    static final SharedBroker BROKER = SharedBroker.ofAllClasses();

    private static ScenarioProducer producer(ScenarioClient client, String id) {
        ScenarioProducer producer = client.producer(ProducerSettings.transactional(id));
        producer.initTransactions();
        return producer;
    }

    private static List<String> committed(TopicPartition partition) {
        return Reading.committed(BROKER, partition).stream()
                .map(ReceivedRecord::text)
                .toList();
    }

    @EachClient(can = Capability.TRANSACTIONS)
    void shouldShowAllPartitionsOfACommittedTransaction(ClientKind kind) {
        // Given
        List<TopicPartition> partitions = BROKER.freshTopic(3);
        ScenarioProducer producer = producer(BROKER.client(kind), BROKER.freshGroup());
        producer.begin();
        producer.send(IntStream.range(0, 30)
                .mapToObj(i -> Message.to(partitions.get(i % 3), "value " + i))
                .toList());
        partitions.forEach(partition -> assertThat(committed(partition)).isEmpty());

        // When
        producer.commit();

        // Then
        for (int p = 0; p < 3; p++) {
            int first = p;
            assertThat(committed(partitions.get(p)))
                    .containsExactlyElementsOf(IntStream.range(0, 10)
                            .mapToObj(i -> "value " + (3 * i + first))
                            .toList());
        }
    }

    @EachClient(can = Capability.TRANSACTIONS)
    void shouldNeverShowAnAbortedTransaction(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        ScenarioProducer producer = producer(BROKER.client(kind), BROKER.freshGroup());

        // When: between two that are committed
        for (String value : List.of("first", "aborted", "second")) {
            producer.begin();
            producer.send(List.of(Message.to(partition, value), Message.to(partition, value + " too")));
            if (value.equals("aborted")) {
                producer.abort();
            } else {
                producer.commit();
            }
        }

        // Then
        assertThat(committed(partition)).containsExactly("first", "first too", "second", "second too");
    }

    @EachClient(can = {Capability.TRANSACTIONS, Capability.ASSIGN})
    void shouldShowOpenTransactionsOnlyToThoseWhoAsk(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        ScenarioClient client = BROKER.client(kind);
        ScenarioProducer producer = producer(client, BROKER.freshGroup());
        producer.begin();
        producer.send(Message.to(partition, "pending"));
        client.producer(ProducerSettings.PLAIN).send(Message.to(partition, "plain"));

        // When
        ScenarioConsumer uncommitted = client.consumer(ConsumerSettings.PLAIN);
        ScenarioConsumer readCommitted = client.consumer(ConsumerSettings.PLAIN.readCommitted());
        uncommitted.assign(Map.of(partition, 0L));
        readCommitted.assign(Map.of(partition, 0L));

        // Then: what comes after waits as well
        assertThat(uncommitted.take(2, LIMIT)).extracting(ReceivedRecord::text).containsExactly("pending", "plain");
        assertThat(readCommitted.take(1, MOMENT)).isEmpty();
        if (kind.can(Capability.OFFSET_SPECS)) {
            assertThat(client.offset(partition, OffsetQuery.LATEST_COMMITTED)).isZero();
            assertThat(client.offset(partition, OffsetQuery.LATEST)).isEqualTo(2);
        }

        // When
        producer.commit();

        // Then
        assertThat(readCommitted.take(2, LIMIT))
                .extracting(ReceivedRecord::text)
                .containsExactly("pending", "plain");
    }

    @EachClient(can = {Capability.BASICS, Capability.ASSIGN})
    void shouldReachTheEndBehindAbortedRecords(ClientKind kind) {
        // Given: aborted at the beginning, in between and at the end
        TopicPartition partition = BROKER.freshPartition();
        ScenarioProducer producer = producer(BROKER.client(ClientKind.JAVA), BROKER.freshGroup());
        for (int i = 0; i < 5; i++) {
            producer.begin();
            producer.send(List.of(Message.to(partition, "a" + i), Message.to(partition, "b" + i)));
            if (i % 2 == 0) {
                producer.abort();
            } else {
                producer.commit();
            }
        }
        ScenarioConsumer consumer = BROKER.client(kind).consumer(ConsumerSettings.PLAIN.readCommitted());

        // When
        consumer.assign(Map.of(partition, 0L));

        // Then
        assertThat(consumer.take(4, LIMIT)).extracting(ReceivedRecord::text).containsExactly("a1", "b1", "a3", "b3");
        BROKER.client(ClientKind.JAVA).producer(ProducerSettings.PLAIN).send(Message.to(partition, "after"));
        assertThat(consumer.take(1, LIMIT)).extracting(ReceivedRecord::text).containsExactly("after");
    }

    @EachClient(can = Capability.TRANSACTIONS)
    void shouldFenceTheOlderProducerOfAnId(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        ScenarioClient client = BROKER.client(kind);
        String id = BROKER.freshGroup();
        ScenarioProducer older = producer(client, id);
        older.begin();
        older.send(Message.to(partition, "of the older"));

        // When: its open transaction is aborted; KafkaJS asks for its epoch when it begins
        ScenarioProducer newer = producer(client, id);
        newer.begin();

        // Then
        Failures.assertError(
                () -> {
                    older.send(Message.to(partition, "too late"));
                    older.commit();
                },
                FENCED);
        newer.send(Message.to(partition, "of the newer"));
        newer.commit();
        assertThat(committed(partition)).containsExactly("of the newer");
    }

    @EachClient(can = Capability.TRANSACTIONS)
    void shouldCommitOffsetsWithTheRecords(ClientKind kind) {
        // Given
        TopicPartition source = BROKER.freshPartition();
        TopicPartition target = BROKER.freshPartition();
        String group = BROKER.freshGroup();
        ScenarioClient admin = BROKER.client(ClientKind.JAVA);
        ScenarioProducer producer = producer(BROKER.client(kind), BROKER.freshGroup());
        producer.begin();
        producer.send(Message.to(target, "result"));
        producer.sendOffsets(group, Map.of(source, new CommittedOffset(5)));
        assertThat(admin.committed(group, List.of(source))).isEmpty();

        // When
        producer.commit();

        // Then
        Awaitility.await().atMost(LIMIT).untilAsserted(() -> assertThat(
                        admin.committed(group, List.of(source)).values())
                .extracting(CommittedOffset::offset)
                .containsExactly(5L));
        assertThat(committed(target)).containsExactly("result");
    }

    @EachClient(can = Capability.TRANSACTIONS)
    void shouldForgetTheOffsetsOfAnAbortedTransaction(ClientKind kind) {
        // Given
        TopicPartition source = BROKER.freshPartition();
        TopicPartition target = BROKER.freshPartition();
        String group = BROKER.freshGroup();
        ScenarioClient admin = BROKER.client(ClientKind.JAVA);
        admin.alterOffsets(group, Map.of(source, new CommittedOffset(2)));
        ScenarioProducer producer = producer(BROKER.client(kind), BROKER.freshGroup());
        producer.begin();
        producer.send(Message.to(target, "result"));
        producer.sendOffsets(group, Map.of(source, new CommittedOffset(5)));

        // When
        producer.abort();

        // Then
        assertThat(admin.committed(group, List.of(source)).values())
                .extracting(CommittedOffset::offset)
                .containsExactly(2L);
        producer.begin();
        producer.send(Message.to(target, "again"));
        producer.sendOffsets(group, Map.of(source, new CommittedOffset(3)));
        producer.commit();
        Awaitility.await().atMost(LIMIT).untilAsserted(() -> assertThat(
                        admin.committed(group, List.of(source)).values())
                .extracting(CommittedOffset::offset)
                .containsExactly(3L));
    }

    @EachClient(can = Capability.TRANSACTIONS)
    void shouldKeepTransactionsOfSeveralProducersApart(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        ScenarioClient client = BROKER.client(kind);
        ScenarioProducer one = producer(client, BROKER.freshGroup());
        ScenarioProducer other = producer(client, BROKER.freshGroup());
        one.begin();
        other.begin();
        one.send(Message.to(partition, "one 1"));
        other.send(Message.to(partition, "other 1"));
        one.send(Message.to(partition, "one 2"));

        // When: the first stays open and holds back what follows
        other.commit();
        assertThat(committed(partition)).isEmpty();
        one.abort();

        // Then
        assertThat(committed(partition)).containsExactly("other 1");
    }

    @EachClient(can = Capability.TRANSACTIONS)
    void shouldAbortWhatFailedInPart(ClientKind kind) {
        // Given
        TopicPartition good = BROKER.freshPartition();
        TopicPartition bad = BROKER.freshPartition(Map.of("max.message.bytes", "1000"));
        ScenarioProducer producer = producer(BROKER.client(kind), BROKER.freshGroup());
        producer.begin();
        producer.send(Message.to(good, "fine"));
        Failures.assertError(() -> producer.send(Message.to(bad, "x".repeat(5_000))), Errors.MESSAGE_TOO_LARGE);

        // When
        producer.abort();

        // Then
        assertThat(committed(good)).isEmpty();
        producer.begin();
        producer.send(Message.to(good, "second try"));
        producer.commit();
        assertThat(committed(good)).containsExactly("second try");
    }

    @Test
    void shouldAbortWhatTakesLongerThanItsOwnTimeout() {
        // Given
        TopicPartition shortLived = BROKER.freshPartition();
        TopicPartition longLived = BROKER.freshPartition();
        ScenarioClient client = BROKER.client(ClientKind.JAVA);
        ScenarioProducer impatient = client.producer(
                ProducerSettings.transactional(BROKER.freshGroup()).withTransactionTimeoutMs(1_000));
        ScenarioProducer patient = producer(client, BROKER.freshGroup());
        impatient.initTransactions();
        impatient.begin();
        patient.begin();
        impatient.send(Message.to(shortLived, "too slow"));
        patient.send(Message.to(longLived, "in time"));

        // When
        client.producer(ProducerSettings.PLAIN).send(Message.to(shortLived, "after"));

        // Then
        Awaitility.await().atMost(LIMIT).pollInterval(Duration.ofMillis(300)).untilAsserted(() -> assertThat(
                        committed(shortLived))
                .containsExactly("after"));
        Failures.assertError(impatient::commit, FENCED);
        patient.commit();
        assertThat(committed(longLived)).containsExactly("in time");
    }
}
