package io.tailrace.cli.bench;

import io.tailrace.cli.bench.load.ConstantRate;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The options of a constant rate. Filled by picocli. */
final class RateOptions {

    private static final int RECORD_BYTES = 100;
    private static final int WARM_UP_SECONDS = 5;
    private static final int MAX_PRODUCERS = 100;
    private static final int MAX_RATE = 1_000_000;
    private static final int MAX_SECONDS = 3_600;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "With --latency and --soak: records of 100 bytes a second, of all producers together"
                    + " (${DEFAULT-VALUE}).")
    private int rate = 1_000;

    @Option(
            names = "--producers",
            paramLabel = "N",
            description = "With --latency and --soak: producers that share the rate, 1 to 100 (${DEFAULT-VALUE}).")
    private int producers = 10;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description =
                    "With --latency: how long each run counts, after 5 seconds to warm up; with --idle: how long it is"
                            + " looked at (${DEFAULT-VALUE}).")
    private int seconds = 30;

    @Spec(Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    void check() {
        checkRange("--rate", rate, MAX_RATE);
        checkRange("--producers", producers, MAX_PRODUCERS);
        checkRange("--seconds", seconds, MAX_SECONDS);
    }

    int seconds() {
        return seconds;
    }

    /** One interval of {@code --seconds}. */
    ConstantRate once() {
        return new ConstantRate(rate, producers, RECORD_BYTES, WARM_UP_SECONDS, seconds, 1);
    }

    /** So many minutes. */
    ConstantRate minutes(int minutes) {
        return new ConstantRate(rate, producers, RECORD_BYTES, WARM_UP_SECONDS, 60, minutes);
    }

    private void checkRange(String option, int value, int max) {
        if (value < 1 || value > max) {
            throw new ParameterException(
                    spec.commandLine(), option + " must be 1 to " + max + ", and " + value + " is not");
        }
    }
}
