package io.tailrace.broker.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.PostgresExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups of Kafka's Java consumer, by both protocols. */
@Execution(ExecutionMode.CONCURRENT)
class GroupIT {

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private PostgresAddress database;
    private GroupBroker broker;

    @BeforeEach
    void startBroker() {
        database = POSTGRES.freshDatabase();
        broker = new GroupBroker(database, Map.of());
    }

    @AfterEach
    void stopBroker() {
        broker.close();
    }

    private static void pollUntilAssigned(KafkaConsumer<?, ?> consumer, int partitions) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            consumer.poll(Duration.ofMillis(50));
            return consumer.assignment().size() == partitions;
        });
    }

    private static List<String> poll(KafkaConsumer<String, String> consumer, int count) {
        List<String> values = new ArrayList<>();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            consumer.poll(Duration.ofMillis(50)).forEach(record -> values.add(record.value()));
            return values.size() >= count;
        });
        return values;
    }

    private List<String> query(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                rows.add(result.getString(1));
            }
        }
        return rows;
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void shouldGoOnWhereTheGroupLeftOff(String protocol) throws Exception {
        // Given
        broker.createTopic("orders", 1);
        broker.produce("orders", 0, 10);
        try (KafkaConsumer<String, String> consumer = broker.consumer("g", Map.of("group.protocol", protocol))) {
            consumer.subscribe(List.of("orders"));
            assertThat(poll(consumer, 10)).hasSize(10);
            consumer.commitSync(Map.of(new TopicPartition("orders", 0), new OffsetAndMetadata(7, "so far")));
        }

        // When
        try (KafkaConsumer<String, String> consumer = broker.consumer("g", Map.of("group.protocol", protocol))) {
            consumer.subscribe(List.of("orders"));
            List<String> values = poll(consumer, 3);

            // Then
            assertThat(values).containsExactly("v7", "v8", "v9");
            assertThat(consumer.committed(Set.of(new TopicPartition("orders", 0))))
                    .containsEntry(new TopicPartition("orders", 0), new OffsetAndMetadata(7, "so far"));
        }
        assertThat(query("SELECT group_id || ' ' || t.name || ' ' || partition_id || ' ' || committed_offset || ' '"
                        + " || metadata FROM kafka.consumer_offsets JOIN kafka.topics t ON t.id = topic_id"))
                .containsExactly("g orders 0 7 so far");
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void shouldKeepMembersOverARestart(String protocol) throws Exception {
        // Given
        broker.createTopic("orders", 4);
        // Else a classic leader that finds no broker forgets its topics, takes that for a change and joins again.
        Map<String, Object> settings = Map.of("group.protocol", protocol, "metadata.recovery.strategy", "none");
        try (KafkaConsumer<String, String> one = broker.consumer("g", settings)) {
            one.subscribe(List.of("orders"));
            pollUntilAssigned(one, 4);
            ConsumerGroupMetadata before = one.groupMetadata();

            // When
            broker.restart();
            broker.produce("orders", 2, 5);

            // Then
            assertThat(poll(one, 5)).hasSize(5);
            one.commitSync();
            ConsumerGroupMetadata after = one.groupMetadata();
            assertThat(after.generationId()).isEqualTo(before.generationId());
            assertThat(after.memberId()).isEqualTo(before.memberId());
        }
    }

    @Test
    void shouldForgetOffsetsOfADeletedTopic() throws Exception {
        // Given
        broker.createTopic("orders", 1);
        broker.createTopic("bills", 1);
        try (KafkaConsumer<String, String> consumer = broker.consumer("g", Map.of())) {
            consumer.assign(List.of(new TopicPartition("orders", 0), new TopicPartition("bills", 0)));
            consumer.commitSync(Map.of(
                    new TopicPartition("orders", 0), new OffsetAndMetadata(3),
                    new TopicPartition("bills", 0), new OffsetAndMetadata(4)));
        }

        // When
        try (Admin admin = broker.admin()) {
            admin.deleteTopics(List.of("orders")).all().get();
        }

        // Then
        Awaitility.await().untilAsserted(() -> assertThat(query("SELECT topic FROM kafka.consumer_offsets"))
                .containsExactly("bills"));
    }

    @Test
    void shouldMoveOnlyWhatMustWithCooperativeRebalances() throws Exception {
        // Given
        broker.createTopic("orders", 4);
        Map<String, Object> cooperative =
                Map.of("partition.assignment.strategy", CooperativeStickyAssignor.class.getName());
        Set<TopicPartition> revoked = ConcurrentHashMap.newKeySet();
        try (KafkaConsumer<String, String> one = broker.consumer("g", cooperative);
                KafkaConsumer<String, String> two = broker.consumer("g", cooperative)) {
            one.subscribe(List.of("orders"), new ConsumerRebalanceListener() {
                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                    revoked.addAll(partitions);
                }

                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
            });
            pollUntilAssigned(one, 4);

            // When
            two.subscribe(List.of("orders"));
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
                one.poll(Duration.ofMillis(50));
                two.poll(Duration.ofMillis(50));
                return one.assignment().size() == 2 && two.assignment().size() == 2;
            });

            // Then
            assertThat(revoked).hasSize(2).isEqualTo(two.assignment());
        }
    }

    @Test
    void shouldKnowAStaticMemberAgain() throws Exception {
        // Given
        broker.createTopic("orders", 2);
        Map<String, Object> first = Map.of("group.instance.id", "first");
        int generation;
        try (KafkaConsumer<String, String> one = broker.consumer("g", first)) {
            one.subscribe(List.of("orders"));
            pollUntilAssigned(one, 2);
            generation = one.groupMetadata().generationId();
        }

        // When
        broker.restart();
        try (KafkaConsumer<String, String> again = broker.consumer("g", first)) {
            again.subscribe(List.of("orders"));
            pollUntilAssigned(again, 2);

            // Then
            assertThat(again.groupMetadata().generationId()).isEqualTo(generation);
        }
    }

    @Test
    void shouldAssignTopicsThatComeToMatchAPattern() throws Exception {
        // Given
        broker.createTopic("orders-1", 1);
        broker.createTopic("bills", 1);
        try (KafkaConsumer<String, String> consumer = broker.consumer("g", Map.of("group.protocol", "consumer"));
                Admin admin = broker.admin()) {
            consumer.subscribe(new SubscriptionPattern("orders-.*"));
            pollUntilAssigned(consumer, 1);

            // When
            broker.createTopic("orders-2", 2);
            admin.createPartitions(Map.of("orders-1", NewPartitions.increaseTo(3)))
                    .all()
                    .get();

            // Then
            pollUntilAssigned(consumer, 5);
            assertThat(consumer.assignment())
                    .noneMatch(partition -> partition.topic().equals("bills"));
        }
    }

    @Test
    void shouldShowGroupsToAdministrators() throws Exception {
        // Given
        broker.createTopic("orders", 2);
        try (Admin admin = broker.admin()) {
            try (KafkaConsumer<String, String> classic = broker.consumer("classic", Map.of());
                    KafkaConsumer<String, String> modern =
                            broker.consumer("modern", Map.of("group.protocol", "consumer"))) {
                classic.subscribe(List.of("orders"));
                modern.subscribe(List.of("orders"));
                pollUntilAssigned(classic, 2);
                pollUntilAssigned(modern, 2);
                classic.commitSync();
                modern.commitSync();

                // When
                Map<String, ConsumerGroupDescription> described = admin.describeConsumerGroups(
                                List.of("classic", "modern"))
                        .all()
                        .get();

                // Then
                assertThat(described.values()).allSatisfy(group -> {
                    assertThat(group.groupState()).isEqualTo(GroupState.STABLE);
                    assertThat(group.coordinator().id()).isEqualTo(1000001);
                    assertThat(group.members().iterator().next().assignment().topicPartitions())
                            .hasSize(2);
                });
                assertThat(described.get("modern"))
                        .extracting(ConsumerGroupDescription::type)
                        .isEqualTo(GroupType.CONSUMER);
                assertThat(described.get("classic"))
                        .extracting(ConsumerGroupDescription::type)
                        .isEqualTo(GroupType.CLASSIC);
                assertThatThrownBy(() -> admin.deleteConsumerGroups(List.of("modern"))
                                .all()
                                .get())
                        .hasCauseInstanceOf(GroupNotEmptyException.class);
            }
            admin.deleteConsumerGroups(List.of("classic", "modern")).all().get();
            assertThat(admin.listGroups().all().get()).isEmpty();
            assertThat(query("SELECT group_id FROM kafka.consumer_offsets")).isEmpty();
        }
    }
}
