package io.tailrace.broker.api.topic;

import static io.tailrace.broker.RunningBroker.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.broker.RunningBroker;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.PostgresExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreatePartitionsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DeleteRecordsResult;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** More partitions, and records deleted, as Kafka's Admin client asks for it. */
class TopicChangesIT {

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

    private PostgresAddress database;
    private RunningBroker broker;
    private Admin admin;

    @BeforeEach
    void start() throws Exception {
        database = POSTGRES.freshDatabase();
        broker = new RunningBroker(database, Map.of());
        admin = broker.admin();
        get(admin.createTopics(List.of(new NewTopic("orders", 2, (short) 1))).all());
    }

    @AfterEach
    void stop() {
        admin.close();
        broker.close();
    }

    private int partitions() throws Exception {
        return admin.describeTopics(List.of("orders"))
                .allTopicNames()
                .get(20, TimeUnit.SECONDS)
                .values()
                .iterator()
                .next()
                .partitions()
                .size();
    }

    private void increase(String topic, NewPartitions partitions) throws Exception {
        get(admin.createPartitions(Map.of(topic, partitions)).all());
    }

    @Test
    void shouldAddPartitionsThatCanBeUsedAtOnceAndAfterARestart() throws Exception {
        // When
        increase("orders", NewPartitions.increaseTo(5));
        broker.send("orders", 4, 3);

        // Then
        assertThat(partitions()).isEqualTo(5);
        broker.restart();
        assertThat(broker.read("orders", 4, 3)).hasSize(3);
    }

    @Test
    void shouldOnlyCheckWhereOnlyThatIsAskedFor() throws Exception {
        // When
        get(admin.createPartitions(
                        Map.of("orders", NewPartitions.increaseTo(5)), new CreatePartitionsOptions().validateOnly(true))
                .all());

        // Then
        assertThat(partitions()).isEqualTo(2);
    }

    @Test
    void shouldTakeAssignmentsByHand() throws Exception {
        // When
        increase("orders", NewPartitions.increaseTo(3, List.of(List.of(1_000_001))));

        // Then
        assertThat(partitions()).isEqualTo(3);
    }

    @Test
    void shouldRefuseWhatKafkaRefuses() throws Exception {
        assertThatThrownBy(() -> increase("orders", NewPartitions.increaseTo(1)))
                .isInstanceOf(InvalidPartitionsException.class)
                .hasMessage("The topic orders currently has 2 partition(s); 1 would not be an increase.");
        assertThatThrownBy(() -> increase("orders", NewPartitions.increaseTo(2)))
                .isInstanceOf(InvalidPartitionsException.class)
                .hasMessage("Topic already has 2 partition(s).");
        assertThatThrownBy(() -> increase("orders", NewPartitions.increaseTo(100_000)))
                .isInstanceOf(InvalidPartitionsException.class)
                .hasMessageContaining("topics.max_partitions");
        assertThatThrownBy(() -> increase("absent", NewPartitions.increaseTo(2)))
                .isInstanceOf(UnknownTopicOrPartitionException.class);
        assertThatThrownBy(() -> increase("orders", NewPartitions.increaseTo(3, List.of(List.of(7)))))
                .isInstanceOf(InvalidReplicaAssignmentException.class)
                .hasMessageContaining("broker 7, but no such broker is registered");
        assertThatThrownBy(() -> increase("orders", NewPartitions.increaseTo(4, List.of(List.of(1_000_001)))))
                .isInstanceOf(InvalidReplicaAssignmentException.class)
                .hasMessageContaining("Attempted to add 2 additional partition(s), but only 1");
        assertThat(partitions()).isEqualTo(2);
    }

    @Test
    void shouldTellTheSettingsOfANewTopic() throws Exception {
        // When
        CreateTopicsResult created = admin.createTopics(
                List.of(new NewTopic("bills", 3, (short) 1).configs(Map.of("retention.ms", "1000"))));

        // Then
        assertThat(get(created.numPartitions("bills"))).isEqualTo(3);
        assertThat(get(created.config("bills")).get("retention.ms").value()).isEqualTo("1000");
        assertThat(get(created.config("bills")).get("segment.ms").isDefault()).isTrue();
    }

    private long deleteBefore(long offset) throws Exception {
        DeleteRecordsResult result = admin.deleteRecords(Map.of(ORDERS, RecordsToDelete.beforeOffset(offset)));
        return get(Objects.requireNonNull(result.lowWatermarks().get(ORDERS))).lowWatermark();
    }

    @Test
    void shouldDeleteRecordsForGood() throws Exception {
        // Given
        broker.send("orders", 0, 10);

        // When
        long lowWatermark = deleteBefore(4);

        // Then
        assertThat(lowWatermark).isEqualTo(4);
        assertThat(deleteBefore(2)).isEqualTo(4);
        assertThat(broker.read("orders", 0, 6))
                .extracting(ConsumerRecord::offset)
                .startsWith(4L);
        assertThat(recordsInSql()).isEqualTo(6);
        broker.restart();
        assertThat(broker.read("orders", 0, 6))
                .extracting(ConsumerRecord::offset)
                .startsWith(4L);
    }

    private long recordsInSql() throws Exception {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM kafka.records")) {
            row.next();
            return row.getLong(1);
        }
    }

    @Test
    void shouldDeleteAllRecordsThatThereAreAndGoOnCounting() throws Exception {
        // Given
        broker.send("orders", 0, 10);

        // When
        long lowWatermark = deleteBefore(-1);
        broker.send("orders", 0, 1);

        // Then
        assertThat(lowWatermark).isEqualTo(10);
        assertThat(broker.read("orders", 0, 1))
                .extracting(ConsumerRecord::offset)
                .containsExactly(10L);
    }

    @Test
    void shouldDeleteNothingThatIsNotThere() throws Exception {
        // Given
        get(admin.createTopics(
                        List.of(new NewTopic("latest", 1, (short) 1).configs(Map.of("cleanup.policy", "compact"))))
                .all());

        // Then
        assertThatThrownBy(() -> deleteBefore(1)).isInstanceOf(OffsetOutOfRangeException.class);
        TopicPartition latest = new TopicPartition("latest", 0);
        assertThatThrownBy(() -> get(admin.deleteRecords(Map.of(latest, RecordsToDelete.beforeOffset(0)))
                        .all()))
                .isInstanceOf(PolicyViolationException.class);
    }
}
