package io.tailrace.forwarder;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.config.monitoring.Page;
import io.tailrace.forwarder.metrics.Health;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class HealthTest {
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    private final ForwarderStats stats = new ForwarderStats();
    private final ForwarderStatus status = new ForwarderStatus();
    private final AtomicBoolean alive = new AtomicBoolean(true);
    private final Health health = new Health(stats, status, alive::get);

    @Test
    void shouldBeReadyOnlyWhileStreaming() {
        // Given
        Page starting = health.ready();

        // When
        status.onPhase(ForwarderStatus.Phase.STREAMING);

        // Then
        assertThat(starting.status()).isEqualTo(UNAVAILABLE);
        assertThat(starting.text()).isEqualTo("starting\n");
        assertThat(health.ready().status()).isEqualTo(OK);
    }

    @Test
    void shouldNotBeReadyWhileAPartitionIsHeld() {
        // Given
        status.onPhase(ForwarderStatus.Phase.STREAMING);

        // When
        stats.onHeld(2);

        // Then
        assertThat(health.ready().status()).isEqualTo(UNAVAILABLE);
        assertThat(health.ready().text()).isEqualTo("partitions held: 2\n");
    }

    @Test
    void shouldLiveThroughInterruptions() {
        // Given
        status.onPhase(ForwarderStatus.Phase.INTERRUPTED);

        // When
        Page interrupted = health.live();
        alive.set(false);

        // Then
        assertThat(interrupted.status()).isEqualTo(OK);
        assertThat(health.live().status()).isEqualTo(UNAVAILABLE);
    }

    @Test
    void shouldCountTheTargetsSilenceOnlyWhileSomethingIsOnItsWay() {
        // When
        stats.onSent(1);
        stats.onSettled(1);

        // Then
        assertThat(stats.targetSilence()).isZero();
        assertThat(stats.inFlight()).isZero();
    }
}
