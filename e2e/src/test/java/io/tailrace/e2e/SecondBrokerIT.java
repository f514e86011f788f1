package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.client.Clients;
import io.tailrace.e2e.program.BrokerProgram;
import io.tailrace.e2e.program.Databases;
import io.tailrace.e2e.program.Programs;
import io.tailrace.local.PostgresAddress;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A database has one broker. */
class SecondBrokerIT {

    @RegisterExtension
    static final Databases DATABASES = new Databases();

    @RegisterExtension
    static final Programs PROGRAMS = new Programs();

    @Test
    void shouldRefuseToStartBesideTheFirst() {
        // Given
        PostgresAddress database = DATABASES.fresh();
        BrokerProgram first = PROGRAMS.startBroker(database, Map.of());
        BrokerProgram second = PROGRAMS.broker(database, Map.of());

        // When
        second.program().start();
        int exitCode = second.program().exitCode(Duration.ofSeconds(60));

        // Then
        assertThat(exitCode).isEqualTo(1);
        assertThat(second.program().logTail())
                .contains("Another Tailrace broker runs on this database")
                .doesNotContain("\tat ");
        assertThat(Clients.createTopic(first.connection(), "still-here", 1)).hasSize(1);
    }
}
