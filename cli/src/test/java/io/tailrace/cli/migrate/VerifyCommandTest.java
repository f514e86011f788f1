package io.tailrace.cli.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.forwarder.verify.Difference;
import io.tailrace.forwarder.verify.Mismatch;
import io.tailrace.forwarder.verify.Verdict;
import io.tailrace.forwarder.verify.Verified;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VerifyCommandTest {
    private final StringWriter output = new StringWriter();

    @Test
    void shouldNameTheFirstDifferenceAndEndWithOne() {
        // Given
        Mismatch difference = new Mismatch(17, 15, EnumSet.of(Difference.VALUE, Difference.KEY));
        List<Verdict> verdicts = List.of(
                verdict(Verdict.State.GREEN, verified(null)),
                verdict(Verdict.State.RED, verified(difference)),
                verdict(Verdict.State.NOT_FORWARDED, null));

        // When
        int code = VerifyCommand.print(verdicts, new PrintWriter(output, true));

        // Then
        assertThat(code).isEqualTo(1);
        assertThat(output.toString().lines())
                .anyMatch(line -> line.matches(
                        "orders +\\| 0 +\\| 0 to 12 \\| 10 +\\| red +\\| 17 +\\| 15 +\\| key, value \\| 2 of others"))
                .anyMatch(line -> line.matches("orders +\\| 0 +\\| +\\| +\\| not forwarded .*"))
                .endsWith("1 green, 1 red, 1 others");
    }

    @Test
    void shouldEndWithZeroWhereNothingIsRed() {
        // When
        int code = VerifyCommand.print(
                List.of(verdict(Verdict.State.GREEN, verified(null))), new PrintWriter(output, true));

        // Then
        assertThat(code).isZero();
    }

    private static Verdict verdict(Verdict.State state, @Nullable Verified verified) {
        return new Verdict("orders", "orders", 0, state, 20, verified);
    }

    private static Verified verified(@Nullable Mismatch first) {
        return new Verified("orders", 0, 12, 10, 10, "", 0, 0, 2, 0, 0, first);
    }
}
