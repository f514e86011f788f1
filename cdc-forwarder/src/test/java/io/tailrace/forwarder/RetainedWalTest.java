package io.tailrace.forwarder;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.forwarder.source.ReplicationSlot;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class RetainedWalTest {

    private static ReplicationSlot.State retaining(long bytes) {
        return new ReplicationSlot.State("pgoutput", true, false, 0, "extended", 0, 0, 0, bytes);
    }

    private static RetainedWal dropping(long bytes) {
        return new RetainedWal("slot", TestConfig.replication("slot", 1L << 20, Duration.ofMinutes(1), bytes));
    }

    @Test
    void shouldDropBeyondTheLimitOnly() {
        // Given
        RetainedWal wal = dropping(1_000);

        // When
        boolean at = wal.isTooMuch(retaining(1_000), 0);
        boolean beyond = wal.isTooMuch(retaining(1_001), 0);

        // Then
        assertThat(at).isFalse();
        assertThat(beyond).isTrue();
    }

    @Test
    void shouldNeverDropByDefault() {
        assertThat(dropping(0).isTooMuch(retaining(Long.MAX_VALUE), 0)).isFalse();
    }
}
