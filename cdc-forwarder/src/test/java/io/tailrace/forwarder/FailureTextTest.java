package io.tailrace.forwarder;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class FailureTextTest {
    @Test
    void shouldTellEachReasonOnce() {
        Throwable failure = new IllegalStateException(
                "An exception occurred in the change event producer. This connector will be stopped.",
                new IllegalStateException("connection lost: reset", new IllegalStateException("reset")));

        assertThat(FailureText.of(failure)).isEqualTo("connection lost: reset");
    }

    @Test
    void shouldNameTheClassWhereThereIsNoMessage() {
        assertThat(FailureText.of(new NullPointerException())).isEqualTo("NullPointerException");
        assertThat(FailureText.of(null)).isEqualTo("unknown");
    }
}
