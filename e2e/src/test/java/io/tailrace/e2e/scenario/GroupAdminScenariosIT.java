package io.tailrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.SharedBroker;
import io.tailrace.e2e.client.Capability;
import io.tailrace.e2e.client.ClientKind;
import io.tailrace.e2e.client.CommittedOffset;
import io.tailrace.e2e.client.ConsumerSettings;
import io.tailrace.e2e.client.EachClient;
import io.tailrace.e2e.client.GroupView;
import io.tailrace.e2e.client.ScenarioClient;
import io.tailrace.e2e.client.ScenarioConsumer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Groups are listed, described and deleted, in each of their states. */
@Execution(ExecutionMode.CONCURRENT)
class GroupAdminScenariosIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @RegisterExtension
    static final SharedBroker BROKER = SharedBroker.ofAllClasses();

    private static ScenarioConsumer member(ScenarioClient client, String group, List<TopicPartition> partitions) {
        ScenarioConsumer consumer = client.consumer(ConsumerSettings.inGroup(group));
        consumer.subscribe(List.of(partitions.get(0).topic()));
        Groups.awaitShared(partitions, consumer);
        return consumer;
    }

    private static void awaitState(ScenarioClient client, String group, String state) {
        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(client.group(group).state()).isEqualTo(state));
    }

    @EachClient
    void shouldShowAGroupInEachState(ClientKind kind) {
        // Given
        ScenarioClient client = BROKER.client(kind);
        List<TopicPartition> partitions = BROKER.freshTopic(2);
        String group = BROKER.freshGroup();

        // When
        ScenarioConsumer consumer = member(client, group, partitions);

        // Then
        awaitState(client, group, "STABLE");
        assertThat(client.groups()).contains(group);
        GroupView view = client.group(group);
        assertThat(view.members()).hasSize(1);
        if (kind.can(Capability.ASSIGNMENTS)) {
            assertThat(view.members().get(0).partitions()).containsExactlyInAnyOrderElementsOf(partitions);
        }

        // When
        consumer.commit(Map.of(partitions.get(0), new CommittedOffset(1)));
        consumer.close();

        // Then
        awaitState(client, group, "EMPTY");
        assertThat(client.group(group).members()).isEmpty();
        assertThat(client.groups()).contains(group);
    }

    @EachClient(can = {Capability.BASICS, Capability.DELETE_GROUPS})
    void shouldDeleteAGroupOnlyWithoutMembers(ClientKind kind) {
        // Given
        ScenarioClient client = BROKER.client(kind);
        List<TopicPartition> partitions = BROKER.freshTopic(1);
        String group = BROKER.freshGroup();
        ScenarioConsumer consumer = member(client, group, partitions);
        consumer.commit(Map.of(partitions.get(0), new CommittedOffset(1)));

        // Then
        Failures.assertError(() -> client.deleteGroup(group), Errors.NON_EMPTY_GROUP);

        // When
        consumer.close();
        awaitState(client, group, "EMPTY");
        client.deleteGroup(group);

        // Then
        assertThat(client.groups()).doesNotContain(group);
        assertThat(client.committed(group, partitions)).isEmpty();
        Failures.assertError(() -> client.deleteGroup(group), Errors.GROUP_ID_NOT_FOUND);
    }

    @EachClient(can = {Capability.BASICS, Capability.DELETE_GROUPS})
    void shouldDeleteAGroupThatHasOnlyOffsets(ClientKind kind) {
        // Given
        ScenarioClient client = BROKER.client(kind);
        TopicPartition partition = BROKER.freshPartition();
        String group = BROKER.freshGroup();
        client.alterOffsets(group, Map.of(partition, new CommittedOffset(1)));

        // When
        client.deleteGroup(group);

        // Then
        assertThat(client.committed(group, List.of(partition))).isEmpty();
    }

    @EachClient
    void shouldForgetTheOffsetsOfADeletedTopic(ClientKind kind) {
        // Given
        ScenarioClient client = BROKER.client(kind);
        TopicPartition gone = BROKER.freshPartition();
        TopicPartition stays = BROKER.freshPartition();
        String group = BROKER.freshGroup();
        ScenarioClient java = BROKER.client(ClientKind.JAVA);
        java.alterOffsets(group, Map.of(gone, new CommittedOffset(1), stays, new CommittedOffset(2)));

        // When
        client.deleteTopic(gone.topic());

        // Then
        Awaitility.await().atMost(LIMIT).untilAsserted(() -> assertThat(
                        java.committed(group, List.of(gone, stays)).keySet())
                .containsExactly(stays));
    }
}
