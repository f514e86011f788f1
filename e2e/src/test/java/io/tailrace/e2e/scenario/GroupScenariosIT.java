package io.tailrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.SharedBroker;
import io.tailrace.e2e.client.AllClients;
import io.tailrace.e2e.client.Capability;
import io.tailrace.e2e.client.ClientKind;
import io.tailrace.e2e.client.CommittedOffset;
import io.tailrace.e2e.client.ConsumerSettings;
import io.tailrace.e2e.client.Message;
import io.tailrace.e2e.client.ProducerSettings;
import io.tailrace.e2e.client.ReceivedRecord;
import io.tailrace.e2e.client.ScenarioClient;
import io.tailrace.e2e.client.ScenarioConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Members share the partitions of a topic, come, go and die. All clients at once: most of it is waiting. */
@Execution(ExecutionMode.CONCURRENT)
class GroupScenariosIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int SHORT_SESSION_MS = 3_000;

    @RegisterExtension
    static final SharedBroker BROKER = SharedBroker.ofAllClasses();

    private static ScenarioConsumer member(ScenarioClient client, String group, String topic) {
        return member(client, ConsumerSettings.inGroup(group), topic);
    }

    private static ScenarioConsumer member(ScenarioClient client, ConsumerSettings settings, String topic) {
        ScenarioConsumer consumer = client.consumer(settings);
        consumer.subscribe(List.of(topic));
        return consumer;
    }

    private static void produce(List<TopicPartition> partitions, int from, int to) {
        BROKER.client(ClientKind.JAVA)
                .producer(ProducerSettings.PLAIN)
                .send(IntStream.range(from, to)
                        .mapToObj(i -> Message.to(partitions.get(i % partitions.size()), "value " + i))
                        .toList());
    }

    @AllClients(can = Capability.MEMBER)
    void shouldGoOnWhereTheGroupHasCommitted(ClientKind kind) {
        // Given
        List<TopicPartition> partitions = BROKER.freshTopic(1);
        String topic = partitions.get(0).topic();
        String group = BROKER.freshGroup();
        produce(partitions, 0, 10);
        ScenarioClient client = BROKER.client(kind);
        ScenarioConsumer first = member(client, group, topic);
        assertThat(first.take(10, LIMIT)).hasSize(10);
        first.commit(Map.of(partitions.get(0), new CommittedOffset(6)));
        first.close();

        // When
        ScenarioConsumer second = member(client, group, topic);

        // Then
        assertThat(second.take(4, LIMIT)).extracting(ReceivedRecord::offset).containsExactly(6L, 7L, 8L, 9L);
    }

    @AllClients(can = Capability.MEMBER)
    void shouldShareAndTakeOver(ClientKind kind) {
        // Given
        List<TopicPartition> partitions = BROKER.freshTopic(4);
        String topic = partitions.get(0).topic();
        String group = BROKER.freshGroup();
        ScenarioClient client = BROKER.client(kind);
        ScenarioConsumer first = member(client, group, topic);
        Groups.awaitShared(partitions, first);
        ScenarioConsumer second = member(client, group, topic);
        Groups.awaitShared(partitions, first, second);
        assertThat(first.assignment()).hasSize(2);

        // When
        first.close();

        // Then
        Groups.awaitShared(partitions, second);
        produce(partitions, 0, 40);
        assertThat(second.take(40, LIMIT)).hasSize(40);
    }

    @AllClients(can = Capability.MEMBER_IN_A_CROWD)
    void shouldSettleAfterManyComeAndGo(ClientKind kind) {
        // Given
        List<TopicPartition> partitions = BROKER.freshTopic(6);
        String topic = partitions.get(0).topic();
        String group = BROKER.freshGroup();
        ScenarioClient client = BROKER.client(kind);
        ScenarioConsumer steady = member(client, group, topic);

        // When: the next comes while the group is still busy with the last
        for (int i = 0; i < 3; i++) {
            ScenarioConsumer passing = member(client, group, topic);
            steady.take(1, Duration.ofMillis(300));
            passing.close();
        }
        ScenarioConsumer last = member(client, group, topic);

        // Then
        Groups.awaitShared(partitions, steady, last);
        produce(partitions, 0, 60);
        Set<String> received = new HashSet<>();
        Awaitility.await().atMost(LIMIT).untilAsserted(() -> {
            steady.take(60, Duration.ofMillis(200)).forEach(record -> received.add(record.text()));
            last.take(60, Duration.ofMillis(200)).forEach(record -> received.add(record.text()));
            assertThat(received).hasSize(60);
        });
    }

    @AllClients(can = Capability.MEMBER)
    void shouldServeGroupsApart(ClientKind kind) {
        // Given
        List<TopicPartition> partitions = BROKER.freshTopic(2);
        String topic = partitions.get(0).topic();
        produce(partitions, 0, 20);
        ScenarioClient client = BROKER.client(kind);

        // When
        ScenarioConsumer one = member(client, BROKER.freshGroup(), topic);
        ScenarioConsumer other = member(client, BROKER.freshGroup(), topic);

        // Then
        assertThat(one.take(20, LIMIT)).hasSize(20);
        assertThat(other.take(20, LIMIT)).hasSize(20);
    }

    @AllClients(can = Capability.MEMBER_IN_A_CROWD)
    void shouldNotGiveAPartitionToTwo(ClientKind kind) {
        // Given: more members than partitions
        List<TopicPartition> partitions = BROKER.freshTopic(2);
        String topic = partitions.get(0).topic();
        String group = BROKER.freshGroup();
        ScenarioClient client = BROKER.client(kind);
        List<ScenarioConsumer> members = IntStream.range(0, 3)
                .mapToObj(i -> member(client, group, topic))
                .toList();

        // Then
        Awaitility.await().atMost(LIMIT).untilAsserted(() -> {
            List<TopicPartition> owned = new ArrayList<>();
            members.forEach(member -> owned.addAll(member.assignment()));
            assertThat(owned).containsExactlyInAnyOrderElementsOf(partitions);
        });
    }

    @AllClients(can = Capability.MEMBER)
    void shouldCommitByItself(ClientKind kind) {
        // Given
        List<TopicPartition> partitions = BROKER.freshTopic(1);
        String group = BROKER.freshGroup();
        produce(partitions, 0, 5);
        ScenarioClient client = BROKER.client(kind);
        ScenarioConsumer consumer = member(
                client,
                ConsumerSettings.inGroup(group).withAutoCommit(200),
                partitions.get(0).topic());

        // When
        assertThat(consumer.take(5, LIMIT)).hasSize(5);

        // Then
        ScenarioClient admin = BROKER.client(ClientKind.JAVA);
        Awaitility.await().atMost(LIMIT).untilAsserted(() -> assertThat(
                        admin.committed(group, partitions).values())
                .extracting(CommittedOffset::offset)
                .containsExactly(5L));
    }

    @AllClients(can = {Capability.MEMBER, Capability.MEMBER_IN_A_CROWD})
    void shouldReadPartitionsThatAreAdded(ClientKind kind) {
        // Given
        List<TopicPartition> partitions = BROKER.freshTopic(1);
        String topic = partitions.get(0).topic();
        ScenarioConsumer consumer = member(BROKER.client(kind), BROKER.freshGroup(), topic);
        Groups.awaitShared(partitions, consumer);

        // When
        BROKER.client(ClientKind.JAVA).createPartitions(topic, 2);

        // Then
        List<TopicPartition> more = List.of(partitions.get(0), new TopicPartition(topic, 1));
        Groups.awaitShared(more, consumer);
        produce(more, 0, 10);
        assertThat(consumer.take(10, LIMIT)).hasSize(10);
    }

    @AllClients(can = Capability.ASSIGNORS)
    void shouldAssignByEveryStrategy(ClientKind kind) {
        List<TopicPartition> partitions = BROKER.freshTopic(4);
        ScenarioClient client = BROKER.client(kind);
        List<String> assignors = kind == ClientKind.LIBRDKAFKA
                ? List.of("range", "roundrobin", "cooperative-sticky")
                : List.of("range", "roundrobin", "sticky", "cooperative-sticky");
        for (String assignor : assignors) {
            // Given
            ConsumerSettings settings =
                    ConsumerSettings.inGroup(BROKER.freshGroup()).withAssignor(assignor);
            ScenarioConsumer first = member(client, settings, partitions.get(0).topic());
            Groups.awaitShared(partitions, first);

            // When
            ScenarioConsumer second = member(client, settings, partitions.get(0).topic());

            // Then
            Groups.awaitShared(partitions, first, second);
            assertThat(second.assignment()).hasSize(2);
            first.close();
            second.close();
        }
    }

    @AllClients(can = Capability.STATIC_MEMBER)
    void shouldKeepThePlaceOfAStaticMember(ClientKind kind) {
        // Given
        List<TopicPartition> partitions = BROKER.freshTopic(4);
        String topic = partitions.get(0).topic();
        ConsumerSettings settings = ConsumerSettings.inGroup(BROKER.freshGroup());
        ScenarioClient client = BROKER.client(kind);
        ScenarioClient dying = BROKER.clientAlone(kind);
        ScenarioConsumer first = member(client, settings.withInstance("first"), topic);
        Groups.awaitShared(partitions, first);
        ScenarioConsumer second = member(dying, settings.withInstance("second"), topic);
        Groups.awaitShared(partitions, first, second);
        Set<TopicPartition> firsts = first.assignment();
        Set<TopicPartition> seconds = second.assignment();

        // When
        dying.kill();
        ScenarioConsumer again = member(client, settings.withInstance("second"), topic);

        // Then
        Groups.awaitShared(partitions, first, again);
        assertThat(again.assignment()).isEqualTo(seconds);
        assertThat(first.assignment()).isEqualTo(firsts);
    }

    @AllClients(can = Capability.SESSION_TIMEOUT)
    void shouldMissMembersWhoseSessionIsOver(ClientKind kind) {
        // Given
        List<TopicPartition> partitions = BROKER.freshTopic(6);
        String topic = partitions.get(0).topic();
        ConsumerSettings settings =
                ConsumerSettings.inGroup(BROKER.freshGroup()).withSessionTimeoutMs(SHORT_SESSION_MS);
        ScenarioConsumer survivor = member(BROKER.client(kind), settings.withSessionTimeoutMs(20_000), topic);
        Groups.awaitShared(partitions, survivor);
        ScenarioClient dying = BROKER.clientAlone(kind);
        ScenarioConsumer one = member(dying, settings, topic);
        Groups.awaitShared(partitions, survivor, one);
        ScenarioConsumer other = member(dying, settings.withSessionTimeoutMs(SHORT_SESSION_MS + 1_000), topic);
        Groups.awaitShared(partitions, survivor, one, other);

        // When
        dying.kill();

        // Then
        Groups.awaitShared(partitions, survivor);
    }
}
