package io.tailrace.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.broker.topic.Topic;
import io.tailrace.local.LocalPostgres;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.PostgresExtension;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.Errors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Commits of offsets, where the database or another broker is against them. */
class ShardFailureIT {

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private static GroupFixture start(PostgresAddress address) throws Exception {
        GroupFixture groups = new GroupFixture(address, TransactionOutcomes.none());
        groups.awaitLoaded();
        return groups;
    }

    @Test
    void shouldKeepWhatItAcknowledgedWhenConnectionsBreak() throws Exception {
        // Given
        PostgresAddress address = POSTGRES.freshDatabase();
        try (GroupFixture groups = start(address)) {
            Topic topic = groups.topic("orders");
            Set<Errors> seen = EnumSet.noneOf(Errors.class);
            long acknowledged = -1;

            // When
            for (int offset = 0; offset < 300; offset++) {
                if (offset % 30 == 10) {
                    breakConnections(groups);
                }
                Errors error = groups.commit("g", topic, 0, offset);
                seen.add(error);
                if (error == Errors.NONE) {
                    acknowledged = offset;
                } else {
                    // What failed may be there or not; memory and database must agree.
                    Thread.sleep(20);
                }
            }

            // Then
            assertThat(seen).contains(Errors.NONE).allSatisfy(error -> assertThat(
                            error == Errors.NONE || error.exception() instanceof RetriableException)
                    .isTrue());
            long live = groups.fetch("g", topic, 0);
            assertThat(live).isGreaterThanOrEqualTo(acknowledged);
            assertThat(groups.query("SELECT committed_offset FROM kafka.consumer_offsets"))
                    .containsExactly(Long.toString(live));
            groups.restart();
            assertThat(groups.fetch("g", topic, 0)).isEqualTo(live);
        }
    }

    private static void breakConnections(GroupFixture groups) throws Exception {
        groups.query("SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity"
                + " WHERE application_name = 'tailrace-groups' AND datname = current_database()");
    }

    @Test
    void shouldGoOnWhenPostgresComesBack() throws Exception {
        // Given
        try (LocalPostgres postgres = LocalPostgres.start();
                GroupFixture groups = start(postgres.createDatabase("groups"))) {
            Topic topic = groups.topic("orders");
            groups.commit("g", topic, 0, 1);

            // When
            postgres.kill();
            Errors away = groups.commit("g", topic, 0, 2);
            postgres.startAgain();

            // Then
            assertThat(away.exception()).isInstanceOf(RetriableException.class);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> groups.commit("g", topic, 0, 3) == Errors.NONE);
            assertThat(groups.fetch("g", topic, 0)).isEqualTo(3);
            Awaitility.await()
                    .ignoreExceptions()
                    .until(() -> groups.topic("after").partitions() > 0);
            groups.restart();
            assertThat(groups.fetch("g", topic, 0)).isEqualTo(3);
        }
    }

    @Test
    void shouldWriteNoMoreAfterAnotherBrokerTookOver() throws Exception {
        // Given
        try (GroupFixture groups = start(POSTGRES.freshDatabase())) {
            Topic topic = groups.topic("orders");
            groups.commit("g", topic, 0, 1);
            GroupCoordinator old = groups.groups();
            groups.startBroker();
            groups.awaitLoaded();

            // When
            Errors error = groups.commit(old, "g", topic, 0, 2);

            // Then
            assertThat(error).isEqualTo(Errors.NOT_COORDINATOR);
            assertThat(groups.commit("g", topic, 0, 3)).isEqualTo(Errors.NONE);
            assertThat(groups.commit(old, "g", topic, 0, 4)).isNotEqualTo(Errors.NONE);
            assertThat(groups.query("SELECT committed_offset FROM kafka.consumer_offsets"))
                    .containsExactly("3");
        }
    }

    @Test
    void shouldKeepLongAndStrangeNames() throws Exception {
        // Given
        try (GroupFixture groups = start(POSTGRES.freshDatabase())) {
            Topic topic = groups.topic("orders");
            StringBuilder random = new StringBuilder();
            new Random(1).ints(9000, 'a', 'z').forEach(random::appendCodePoint);
            String group = "nul\0" + random;

            // When
            Errors error = groups.commit(group, topic, 0, 5);

            // Then
            assertThat(error).isEqualTo(Errors.NONE);
            groups.restart();
            assertThat(groups.fetch(group, topic, 0)).isEqualTo(5);
            assertThat(groups.query("SELECT left(group_id, 4) FROM kafka.consumer_offsets"))
                    .containsExactly("nul\uFFFD");
        }
    }

    @Test
    void shouldForgetOffsetsOfATopicThatWasDeletedWithoutIt() throws Exception {
        // Given
        try (GroupFixture groups = start(POSTGRES.freshDatabase())) {
            Topic topic = groups.topic("orders");
            groups.commit("g", topic, 0, 5);
            groups.query("UPDATE kafka.topics SET deleted_at = now() WHERE name = 'orders' RETURNING name");

            // When
            groups.restart();

            // Then
            Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(
                            groups.query("SELECT committed_offset FROM kafka.consumer_offsets"))
                    .isEmpty());
            assertThat(groups.fetch("g", topic, 0)).isEqualTo(-1);
        }
    }

    @Test
    void shouldForgetOffsetsWhenTheirTimeIsOver() throws Exception {
        // Given
        try (GroupFixture groups = start(POSTGRES.freshDatabase())) {
            Topic topic = groups.topic("orders");
            groups.commit("stays", topic, 0, 5);

            // When
            groups.commitFor(Duration.ofMillis(1), "goes", topic, 0, 6);

            // Then
            Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(
                            groups.query("SELECT group_id FROM kafka.consumer_offsets"))
                    .containsExactly("stays"));
            assertThat(groups.fetch("goes", topic, 0)).isEqualTo(-1);
        }
    }
}
