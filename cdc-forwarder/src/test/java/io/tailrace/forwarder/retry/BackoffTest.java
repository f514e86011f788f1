package io.tailrace.forwarder.retry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class BackoffTest {
    private final Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(3));

    @Test
    void shouldDoubleUpToTheLongest() {
        Duration first = backoff.after(null);
        Duration second = backoff.after(first);
        Duration third = backoff.after(second);

        assertThat(first).hasSeconds(1);
        assertThat(second).hasSeconds(2);
        assertThat(third).hasSeconds(3);
        assertThat(backoff.after(third)).hasSeconds(3);
    }
}
