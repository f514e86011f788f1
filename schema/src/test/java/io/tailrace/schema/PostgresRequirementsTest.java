package io.tailrace.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PostgresRequirementsTest {
    private static final ServerFacts GOOD =
            new ServerFacts(180_006, "18.6", "logical", 10, 10, "app", "app", true, true, true);

    @Test
    void shouldAskNothingOfAServerThatHasEverything() {
        // Then
        assertThat(PostgresRequirements.brokerProblems(GOOD)).isEmpty();
        assertThat(PostgresRequirements.brokerWarnings(GOOD)).isEmpty();
        assertThat(PostgresRequirements.forwarderProblems(GOOD)).isEmpty();
    }

    @Test
    void shouldRefuseAServerThatIsTooOld() {
        // Given
        ServerFacts old = new ServerFacts(140_012, "14.12", "logical", 10, 10, "app", "app", true, true, true);

        // Then
        assertThat(PostgresRequirements.brokerProblems(old))
                .containsExactly("Postgres 14.12 is too old: Tailrace needs version 15 to 18; upgrade the server");
        assertThat(PostgresRequirements.forwarderProblems(old)).hasSize(1);
    }

    @Test
    void shouldWarnOfAServerThatIsNewerThanTested() {
        // Given
        ServerFacts newer = new ServerFacts(190_000, "19.0", "logical", 10, 10, "app", "app", true, true, true);

        // Then
        assertThat(PostgresRequirements.brokerProblems(newer)).isEmpty();
        assertThat(PostgresRequirements.brokerWarnings(newer))
                .containsExactly(
                        "Postgres 19.0 is newer than the versions that this Tailrace was tested with, 15 to 18");
    }

    @Test
    void shouldOnlyWarnTheBrokerOfAMissingWalLevel() {
        // Given
        ServerFacts replica = new ServerFacts(180_006, "18.6", "replica", 10, 10, "app", "app", false, true, true);

        // Then
        assertThat(PostgresRequirements.brokerProblems(replica)).isEmpty();
        assertThat(PostgresRequirements.brokerWarnings(replica))
                .singleElement()
                .asString()
                .startsWith("Postgres has wal_level = replica. The broker works; the forwarder needs 'logical': run"
                        + " ALTER SYSTEM SET wal_level = 'logical' as a superuser and restart Postgres");
    }

    @Test
    void shouldTellTheForwarderEverythingThatIsMissing() {
        // Given
        ServerFacts bare = new ServerFacts(180_006, "18.6", "replica", 0, 0, "app", "my app", false, true, true);

        // When
        List<String> problems = PostgresRequirements.forwarderProblems(bare);

        // Then
        assertThat(problems)
                .satisfiesExactly(
                        wal -> assertThat(wal).contains("ALTER SYSTEM SET wal_level = 'logical'"),
                        slots -> assertThat(slots).contains("ALTER SYSTEM SET max_replication_slots = 10"),
                        senders -> assertThat(senders).contains("ALTER SYSTEM SET max_wal_senders = 10"),
                        role -> assertThat(role).contains("ALTER ROLE \"my app\" REPLICATION"));
    }
}
