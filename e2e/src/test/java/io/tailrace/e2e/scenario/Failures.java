package io.tailrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tailrace.e2e.client.ClientException;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** The error that an action of a client fails with. Stateless. */
final class Failures {

    private Failures() {}

    static void assertError(ThrowingCallable action, Errors... anyOf) {
        ClientException failure = catchThrowableOfType(ClientException.class, action);
        assertThat(failure).as("a failure with %s", List.of(anyOf)).isNotNull();
        assertThat(failure.error()).as(failure.getMessage()).isIn((Object[]) anyOf);
    }
}
