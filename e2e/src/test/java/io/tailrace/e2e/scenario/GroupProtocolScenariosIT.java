package io.tailrace.e2e.scenario;

import static io.tailrace.e2e.wire.GroupRequests.call;
import static io.tailrace.e2e.wire.GroupRequests.commit;
import static io.tailrace.e2e.wire.GroupRequests.heartbeat;
import static io.tailrace.e2e.wire.GroupRequests.join;
import static io.tailrace.e2e.wire.GroupRequests.joinAlone;
import static io.tailrace.e2e.wire.GroupRequests.leave;
import static io.tailrace.e2e.wire.GroupRequests.readJoin;
import static io.tailrace.e2e.wire.GroupRequests.sync;
import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.SharedBroker;
import io.tailrace.e2e.client.ClientKind;
import io.tailrace.e2e.client.CommittedOffset;
import io.tailrace.e2e.wire.GroupRequests;
import io.tailrace.e2e.wire.WireConnection;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What a group's coordinator answers to members that are late, wrong or gone. */
@Execution(ExecutionMode.CONCURRENT)
class GroupProtocolScenariosIT {

    private static final int SESSION_MS = 30_000;
    private static final int SHORT_SESSION_MS = 6_000;

    @RegisterExtension
    static final SharedBroker BROKER = SharedBroker.ofAllClasses();

    private final TopicPartition partition = BROKER.freshPartition();
    private final String group = BROKER.freshGroup();
    private final WireConnection connection = BROKER.connect();
    private JoinGroupResponseData leader = new JoinGroupResponseData();

    @BeforeEach
    void joinAsLeader() {
        leader = joinAlone(connection, group, SESSION_MS);
        assertThat(sync(connection, group, leader.generationId(), leader.memberId()))
                .isEqualTo(Errors.NONE);
    }

    @AfterEach
    void disconnect() {
        connection.close();
    }

    @Test
    void shouldFindTheCoordinatorOfAnyGroupAndTransaction() {
        for (CoordinatorType type : List.of(CoordinatorType.GROUP, CoordinatorType.TRANSACTION)) {
            Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                var found = GroupRequests.findCoordinator(connection, type, "never heard of");
                assertThat(Errors.forCode(found.errorCode())).isEqualTo(Errors.NONE);
                assertThat(found.port()).isEqualTo(BROKER.port());
            });
        }
    }

    @Test
    void shouldWantAMemberIdBeforeItLetsOneIn() {
        // When
        var answer = call(connection, join(BROKER.freshGroup(), "", SESSION_MS, "range"));

        // Then
        assertThat(error(answer)).isEqualTo(Errors.MEMBER_ID_REQUIRED);
        assertThat(answer.memberId()).isNotEmpty();
    }

    @Test
    void shouldRefuseAGroupWithoutAName() {
        assertThat(error(call(connection, join("", "", SESSION_MS, "range")))).isEqualTo(Errors.INVALID_GROUP_ID);
        assertThat(heartbeat(connection, "", 1, "member")).isEqualTo(Errors.INVALID_GROUP_ID);
        assertThat(sync(connection, "", 1, "member")).isEqualTo(Errors.INVALID_GROUP_ID);
        assertThat(leave(connection, "", "member")).isEqualTo(Errors.INVALID_GROUP_ID);
    }

    @Test
    void shouldBoundTheSessionTimeout() {
        for (int timeoutMs : new int[] {-1, 0, 100, 2_999, 1_800_001, Integer.MAX_VALUE}) {
            assertThat(error(call(connection, join(BROKER.freshGroup(), "", timeoutMs, "range"))))
                    .isEqualTo(Errors.INVALID_SESSION_TIMEOUT);
        }
    }

    @Test
    void shouldKnowOnlyItsMembers() {
        // Given
        int generation = leader.generationId();

        // Then
        assertThat(heartbeat(connection, group, generation, "stranger")).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(sync(connection, group, generation, "stranger")).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(leave(connection, group, "stranger")).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(error(call(connection, join(group, "stranger", SESSION_MS, "range"))))
                .isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(commit(connection, group, generation, "stranger", partition, 1))
                .isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(heartbeat(connection, BROKER.freshGroup(), 1, "stranger")).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(heartbeat(connection, group, generation, leader.memberId())).isEqualTo(Errors.NONE);
    }

    @Test
    void shouldRefuseAnotherGeneration() {
        for (int generation : new int[] {leader.generationId() - 1, leader.generationId() + 1}) {
            assertThat(heartbeat(connection, group, generation, leader.memberId()))
                    .isEqualTo(Errors.ILLEGAL_GENERATION);
            assertThat(sync(connection, group, generation, leader.memberId())).isEqualTo(Errors.ILLEGAL_GENERATION);
            assertThat(commit(connection, group, generation, leader.memberId(), partition, 1))
                    .isEqualTo(Errors.ILLEGAL_GENERATION);
        }
    }

    @Test
    void shouldNotKnowAMemberThatHasLeft() {
        // When
        assertThat(leave(connection, group, leader.memberId())).isEqualTo(Errors.NONE);

        // Then
        assertThat(heartbeat(connection, group, leader.generationId(), leader.memberId()))
                .isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(commit(connection, group, leader.generationId(), leader.memberId(), partition, 1))
                .isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        var again = joinAlone(connection, group, SESSION_MS);
        assertThat(again.generationId()).isGreaterThan(leader.generationId());
        assertThat(again.leader()).isEqualTo(again.memberId());
    }

    @Test
    void shouldRebalanceForANewMember() {
        try (WireConnection other = BROKER.connect()) {
            // When
            String newId = call(other, join(group, "", SESSION_MS, "range")).memberId();
            other.write(join(group, newId, SESSION_MS, "range"));

            // Then: the leader hears of it, may still commit, and stays the leader
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> heartbeat(connection, group, leader.generationId(), leader.memberId())
                            == Errors.REBALANCE_IN_PROGRESS);
            assertThat(commit(connection, group, leader.generationId(), leader.memberId(), partition, 3))
                    .isEqualTo(Errors.NONE);
            var rejoined = call(connection, join(group, leader.memberId(), SESSION_MS, "range"));
            assertThat(rejoined.leader()).isEqualTo(leader.memberId());
            assertThat(rejoined.members()).hasSize(2);
            assertThat(readJoin(other).generationId()).isEqualTo(rejoined.generationId());

            // Then: nobody commits until the leader has assigned
            assertThat(commit(connection, group, rejoined.generationId(), leader.memberId(), partition, 4))
                    .isEqualTo(Errors.REBALANCE_IN_PROGRESS);
            assertThat(commit(connection, group, leader.generationId(), leader.memberId(), partition, 5))
                    .isEqualTo(Errors.ILLEGAL_GENERATION);
            assertThat(sync(connection, group, rejoined.generationId(), leader.memberId()))
                    .isEqualTo(Errors.NONE);
            assertThat(commit(connection, group, rejoined.generationId(), leader.memberId(), partition, 6))
                    .isEqualTo(Errors.NONE);
        }
        assertThat(BROKER.client(ClientKind.JAVA).committed(group, List.of(partition)))
                .containsEntry(partition, new CommittedOffset(6));
    }

    @Test
    void shouldRefuseAMemberWithOtherProtocols() {
        try (WireConnection other = BROKER.connect()) {
            assertThat(error(call(other, join(group, "", SESSION_MS, "an assignor of its own"))))
                    .isIn(Errors.INCONSISTENT_GROUP_PROTOCOL, Errors.MEMBER_ID_REQUIRED);
        }
    }

    @Test
    void shouldTakeCommitsOfAGroupWithoutMembersOnlyThere() {
        // Given
        String empty = BROKER.freshGroup();

        // Then
        assertThat(commit(connection, empty, -1, "", partition, 7)).isEqualTo(Errors.NONE);
        assertThat(commit(connection, empty, 3, "member", partition, 8))
                .isIn(Errors.UNKNOWN_MEMBER_ID, Errors.ILLEGAL_GENERATION);
        assertThat(commit(connection, group, -1, "", partition, 9)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(commit(connection, empty, -1, "", new TopicPartition("no-such-topic", 0), 1))
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(BROKER.client(ClientKind.JAVA).committed(empty, List.of(partition)))
                .containsEntry(partition, new CommittedOffset(7));
    }

    @Test
    void shouldKeepOnlyThoseWhoseHeartBeats() {
        // Given
        String other = BROKER.freshGroup();
        var alive = joinAlone(connection, other, SHORT_SESSION_MS);
        sync(connection, other, alive.generationId(), alive.memberId());
        String silentGroup = BROKER.freshGroup();
        var silent = joinAlone(connection, silentGroup, SHORT_SESSION_MS);
        sync(connection, silentGroup, silent.generationId(), silent.memberId());

        // When
        long endNs =
                System.nanoTime() + Duration.ofMillis(SHORT_SESSION_MS + 1_500).toNanos();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> {
                    assertThat(heartbeat(connection, other, alive.generationId(), alive.memberId()))
                            .isEqualTo(Errors.NONE);
                    return System.nanoTime() > endNs;
                });

        // Then
        assertThat(heartbeat(connection, silentGroup, silent.generationId(), silent.memberId()))
                .isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    private static Errors error(JoinGroupResponseData answer) {
        return Errors.forCode(answer.errorCode());
    }
}
