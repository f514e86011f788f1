package io.tailrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.spi.FilterReply;
import org.apache.kafka.common.errors.CoordinatorLoadInProgressException;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRuntime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExpectedCoordinatorErrorsTest {
    private final LoggerContext context = new LoggerContext();
    private final ExpectedCoordinatorErrors filter = new ExpectedCoordinatorErrors();

    private FilterReply decide(Class<?> logger, @Nullable Throwable thrown) {
        return filter.decide(
                new LoggingEvent("", context.getLogger(logger), Level.ERROR, "Writing records failed", thrown, null));
    }

    @Test
    void shouldKeepOutWhatClientsAreToldAndNothingElse() {
        assertThat(decide(CoordinatorRuntime.class, new CoordinatorLoadInProgressException("frozen")))
                .isEqualTo(FilterReply.DENY);
        assertThat(decide(CoordinatorRuntime.class, new IllegalStateException("a bug")))
                .isEqualTo(FilterReply.NEUTRAL);
        assertThat(decide(CoordinatorRuntime.class, null)).isEqualTo(FilterReply.NEUTRAL);
        assertThat(decide(Main.class, new CoordinatorLoadInProgressException("elsewhere")))
                .isEqualTo(FilterReply.NEUTRAL);
    }
}
