package io.tailrace.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.local.junit.PostgresExtension;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** After any requests, a broker that reads the groups knows what the one knew that served them. */
@Execution(ExecutionMode.CONCURRENT)
class GroupReplayIT {

    private static final int ROUNDS = 4;
    private static final int OPERATIONS = 60;

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldKnowAfterARestartWhatItKnewBefore(long seed) throws Exception {
        // Given
        try (GroupFixture groups = new GroupFixture(POSTGRES.freshDatabase(), new FakeTransactions())) {
            groups.awaitLoaded();
            GroupOperations operations = new GroupOperations(groups, seed);
            for (int round = 0; round < ROUNDS; round++) {
                for (int i = 0; i < OPERATIONS; i++) {
                    operations.next();
                }
                List<String> before = settled(operations);

                // When
                groups.restart();
                groups.awaitLoaded();

                // Then
                assertThat(operations.seen())
                        .as("seed %d, round %d", seed, round)
                        .isEqualTo(before);
                assertThat(operations.offsetsInSql()).isEqualTo(operations.offsetsOfClients());
            }
        }
    }

    /** Assignments are computed in the background, and offsets of deleted topics removed there. */
    private static List<String> settled(GroupOperations operations) throws Exception {
        List<String> seen = operations.seen();
        List<String> before;
        do {
            before = seen;
            Thread.sleep(500);
            seen = operations.seen();
        } while (!seen.equals(before));
        return seen;
    }
}
