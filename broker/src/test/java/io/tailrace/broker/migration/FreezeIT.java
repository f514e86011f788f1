package io.tailrace.broker.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tailrace.local.junit.PostgresExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetCommitRequest;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What groups can commit in the last moment before a move, and when that moment ends. */
class FreezeIT {

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final short COMMIT_VERSION = 8;

    private MigrationFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = new MigrationFixture(POSTGRES.freshDatabase());
        await().atMost(PATIENCE).until(() -> commit(1) == Errors.NONE);
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    private Errors commit(long offset) throws Exception {
        OffsetCommitRequestData commit = new OffsetCommitRequestData().setGroupId("group");
        commit.topics()
                .add(new OffsetCommitRequestTopic()
                        .setName("orders")
                        .setPartitions(List.of(new OffsetCommitRequestPartition()
                                .setPartitionIndex(0)
                                .setCommittedOffset(offset)
                                .setCommittedMetadata(""))));
        OffsetCommitResponse response =
                (OffsetCommitResponse) fixture.client().ask(new OffsetCommitRequest(commit, COMMIT_VERSION));
        return Errors.forCode(
                response.data().topics().get(0).partitions().get(0).errorCode());
    }

    private long committed() throws SQLException {
        return fixture.number("SELECT committed_offset FROM kafka.consumer_offsets");
    }

    private long freeze(long fence, int seconds) throws SQLException {
        return fixture.number("SELECT kafka.freeze_groups(" + fence + ", " + seconds + ")");
    }

    @Test
    void shouldLetGroupsCommitBehindAFenceUntilTheyAreFrozen() throws Exception {
        // Given
        long fence = fixture.fence(60);
        assertThat(commit(2)).isEqualTo(Errors.NONE);

        // When
        freeze(fence, 60);

        // Then
        assertThat(commit(3)).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
        assertThat(committed()).isEqualTo(2);
        fixture.execute("SELECT kafka.lift_fence()");
        await().atMost(PATIENCE).until(() -> commit(4) == Errors.NONE);
        assertThat(committed()).isEqualTo(4);
    }

    @Test
    void shouldRefuseInPostgresWhatTheBrokerDoesNotKnow() throws Exception {
        // Given: the state is written without a notification, so that the broker hears of it late
        fixture.execute("UPDATE kafka.migration SET state = 'fenced', fence_number = 1, fenced_until = now() + '1 min',"
                + " frozen_fence = 1, frozen_until = now() + '1 min'");

        // When
        Errors refused = commit(2);

        // Then
        assertThat(refused).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
        assertThat(committed()).isEqualTo(1);
        fixture.execute("SELECT kafka.lift_fence()");
        await().atMost(PATIENCE).until(() -> commit(3) == Errors.NONE);
        assertThat(committed()).isEqualTo(3);
    }

    @Test
    void shouldEndByItselfAndNotComeBackWithTheNextFence() throws Exception {
        // Given
        long fence = fixture.fence(60);
        freeze(fence, 1);

        // When
        await().atMost(PATIENCE).until(() -> commit(2) == Errors.NONE);
        long again = freeze(fence, 60);
        fixture.execute("SELECT kafka.lift_fence()");
        fixture.fence(60);

        // Then
        assertThat(again).isEqualTo(2);
        await().atMost(PATIENCE).until(() -> commit(3) == Errors.NONE);
        assertThatThrownBy(() -> freeze(fence, 5)).hasMessageContaining("does not hold any more");
    }

    @Test
    void shouldWaitForCommitsUnderWay() throws Exception {
        // Given
        long fence = fixture.fence(60);
        try (Connection committing = fixture.database().connect()) {
            committing.setAutoCommit(false);
            assertThat(mayCommit(committing)).isTrue();

            // When
            CompletableFuture<Long> freeze = CompletableFuture.supplyAsync(() -> {
                try {
                    return freeze(fence, 30);
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            await().atMost(PATIENCE).until(() -> {
                try (Connection another = fixture.database().connect()) {
                    return !mayCommit(another);
                }
            });

            // Then
            assertThat(freeze).isNotDone();
            committing.commit();
            assertThat(freeze.get(20, TimeUnit.SECONDS)).isEqualTo(1);
        }
    }

    private static boolean mayCommit(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT kafka.may_commit()")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    @Test
    @SuppressWarnings("removal") // Without it, a member of the group would have to run.
    void shouldHoldTheOffsetsOfATransactionBackAndBringThemLater() throws Exception {
        // Given
        Map<String, Object> transactional = Map.of("transactional.id", "orders", "max.block.ms", 30_000);
        try (KafkaProducer<String, String> producer = fixture.broker().producer(transactional)) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("orders", "k", "v")).get(20, TimeUnit.SECONDS);
            producer.sendOffsetsToTransaction(
                    Map.of(new TopicPartition("orders", 0), new OffsetAndMetadata(7)),
                    new ConsumerGroupMetadata("group"));
            long fence = fixture.fence(60);
            freeze(fence, 60);

            // When
            CompletableFuture<Void> commit = CompletableFuture.runAsync(producer::commitTransaction);

            // Then
            await().during(Duration.ofSeconds(1)).atMost(PATIENCE).until(() -> committed() == 1);
            fixture.execute("SELECT kafka.lift_fence()");
            commit.get(20, TimeUnit.SECONDS);
        }
        await().atMost(PATIENCE).until(() -> committed() == 7);
    }

    @Test
    void shouldOnlyMoveWhileTheFreezeHolds() throws Exception {
        // Given
        fixture.writeTarget();
        long fence = fixture.fence(60);
        long first = freeze(fence, 1);
        await().atMost(PATIENCE).until(() -> commit(2) == Errors.NONE);
        String move = "SELECT kafka.mark_moved(" + fence + ", %d, '" + MigrationFixture.FORWARDER + "')";

        // When
        assertThatThrownBy(() -> fixture.execute(move.formatted(first))).hasMessageContaining("freeze 1 does not hold");
        long second = freeze(fence, 30);
        fixture.execute(move.formatted(second));

        // Then
        await().atMost(PATIENCE).until(() -> commit(3) == Errors.NOT_COORDINATOR);
        assertThat(committed()).isEqualTo(2);
    }
}
