package io.tailrace.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.broker.topic.Topic;
import io.tailrace.local.junit.PostgresExtension;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.TransactionResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Offsets that wait for the outcome of a transaction. */
class TransactionalOffsetsIT {

    private static final OffsetProducer PRODUCER = new OffsetProducer(1L << 40, (short) 3);

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private final FakeTransactions transactions = new FakeTransactions();
    private GroupFixture groups;
    private Topic topic;

    @BeforeEach
    void start() throws Exception {
        groups = new GroupFixture(POSTGRES.freshDatabase(), transactions);
        topic = groups.topic("orders");
        groups.awaitLoaded();
        groups.commit("g", topic, 0, 10);
    }

    @AfterEach
    void stop() {
        groups.close();
    }

    private void complete(TransactionResult result) throws Exception {
        GroupFixture.await(groups.groups().completeTransaction(groups.groups().shardOf("g"), PRODUCER, result));
    }

    private String committedInSql() throws Exception {
        return String.join(",", groups.query("SELECT committed_offset FROM kafka.consumer_offsets"));
    }

    private long expected(TransactionResult result) {
        return result == TransactionResult.COMMIT ? 20 : 10;
    }

    @ParameterizedTest
    @EnumSource(TransactionResult.class)
    void shouldCountWhenTheTransactionIsCommitted(TransactionResult result) throws Exception {
        // Given
        assertThat(groups.commitInTransaction(PRODUCER, "g", topic, 0, 20)).isEqualTo(Errors.NONE);
        assertThat(groups.fetch("g", topic, 0)).isEqualTo(10);
        assertThat(groups.fetch("g", topic, 0, true).errorCode()).isEqualTo(Errors.UNSTABLE_OFFSET_COMMIT.code());
        assertThat(committedInSql()).isEqualTo("10");

        // When
        complete(result);

        // Then
        assertThat(groups.fetch("g", topic, 0, true).committedOffset()).isEqualTo(expected(result));
        assertThat(committedInSql()).isEqualTo(Long.toString(expected(result)));
        assertThat(groups.query("SELECT key FROM kafka.group_pending_records")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(TransactionResult.class)
    void shouldWaitOverARestart(TransactionResult result) throws Exception {
        // Given
        groups.commitInTransaction(PRODUCER, "g", topic, 0, 20);

        // When
        groups.restart();

        // Then
        assertThat(groups.fetch("g", topic, 0, true).errorCode()).isEqualTo(Errors.UNSTABLE_OFFSET_COMMIT.code());
        complete(result);
        assertThat(groups.fetch("g", topic, 0, true).committedOffset()).isEqualTo(expected(result));
    }

    @ParameterizedTest
    @EnumSource(TransactionResult.class)
    void shouldLearnOfTheOutcomeWhenLoaded(TransactionResult result) throws Exception {
        // Given
        groups.commitInTransaction(PRODUCER, "g", topic, 0, 20);
        transactions.decide(PRODUCER, result);

        // When
        groups.restart();

        // Then
        assertThat(groups.fetch("g", topic, 0, true).committedOffset()).isEqualTo(expected(result));
        assertThat(committedInSql()).isEqualTo(Long.toString(expected(result)));
        complete(result);
        assertThat(groups.commit("g", topic, 0, 30)).isEqualTo(Errors.NONE);
        groups.restart();
        assertThat(groups.fetch("g", topic, 0)).isEqualTo(30);
    }

    @Test
    void shouldNotReplaceWhatWasCommittedLater() throws Exception {
        // Given
        groups.commitInTransaction(PRODUCER, "g", topic, 0, 20);
        groups.commit("g", topic, 0, 30);

        // When
        complete(TransactionResult.COMMIT);

        // Then
        assertThat(groups.fetch("g", topic, 0)).isEqualTo(30);
        assertThat(committedInSql()).isEqualTo("30");
        groups.restart();
        assertThat(groups.fetch("g", topic, 0)).isEqualTo(30);
    }

    @Test
    void shouldNotBringBackADeletedOffset() throws Exception {
        // Given
        groups.commitInTransaction(PRODUCER, "g", topic, 0, 20);
        OffsetDeleteRequestData delete = new OffsetDeleteRequestData().setGroupId("g");
        OffsetDeleteRequestTopic orders = new OffsetDeleteRequestTopic().setName("orders");
        orders.partitions().add(new OffsetDeleteRequestPartition().setPartitionIndex(0));
        delete.topics().add(orders);
        GroupFixture.await(groups.groups().deleteOffsets(GroupFixture.context(ApiKeys.OFFSET_DELETE), delete));

        // When
        complete(TransactionResult.COMMIT);

        // Then
        long live = groups.fetch("g", topic, 0);
        groups.restart();
        assertThat(groups.fetch("g", topic, 0)).isEqualTo(live).isEqualTo(-1);
        assertThat(committedInSql()).isEmpty();
    }

    @Test
    void shouldRefuseAFencedProducer() throws Exception {
        // Given
        transactions.fence(PRODUCER);

        // When
        Errors error = groups.commitInTransaction(PRODUCER, "g", topic, 0, 20);

        // Then
        assertThat(error).isEqualTo(Errors.INVALID_PRODUCER_EPOCH);
        assertThat(groups.fetch("g", topic, 0, true).committedOffset()).isEqualTo(10);
        assertThat(groups.query("SELECT key FROM kafka.group_pending_records")).isEmpty();
        assertThat(groups.commit("g", topic, 0, 11)).isEqualTo(Errors.NONE);
    }

    @Test
    void shouldCompleteWhileTheShardIsLoading() throws Exception {
        // Given
        groups.commitInTransaction(PRODUCER, "g", topic, 0, 20);

        // When
        groups.restart();
        complete(TransactionResult.COMMIT);

        // Then
        assertThat(groups.fetch("g", topic, 0, true).committedOffset()).isEqualTo(20);
    }
}
