package io.tailrace.cli.bench;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What is measured, and which of the options say how. */
enum Kind {
    THROUGHPUT("`bench` alone"),
    LATENCY("--latency"),
    SCALE("--scale"),
    COSTS("--costs"),
    IDLE("--idle"),
    SOAK("--soak"),
    CLEANING("--cleaning"),
    SHADOW("--shadow");

    private final String option;

    Kind(String option) {
        this.option = option;
    }

    /** The options that were given but mean nothing to this kind, each as a sentence that says what to do. */
    List<String> refusals(Predicate<String> given) {
        return Arrays.stream(values())
                .flatMap(kind -> kind.takes().stream())
                .distinct()
                .filter(given)
                .filter(name -> !takes().contains(name))
                .sorted()
                .map(name -> name + " means nothing to " + option + ": leave it out, or use it with " + takers(name))
                .toList();
    }

    private Set<String> takes() {
        Set<String> takes = new HashSet<>(Set.of("--postgres", "--broker-heap"));
        takes.addAll(
                switch (this) {
                    case THROUGHPUT, COSTS -> Set.of("--rounds", "--records", "--format");
                    case LATENCY -> Set.of("--rounds", "--format", "--rate", "--producers", "--seconds");
                    case SCALE -> Set.of("--rounds", "--records", "--format", "--values", "--chart");
                    case IDLE -> Set.of("--rounds", "--format", "--seconds");
                    case SOAK -> Set.of("--format", "--rate", "--producers");
                    case CLEANING -> Set.of("--rounds", "--records");
                    case SHADOW -> Set.of("--rounds", "--records", "--format", "--engines");
                });
        return takes;
    }

    private static String takers(String name) {
        return Arrays.stream(values())
                .filter(kind -> kind.takes().contains(name))
                .map(kind -> kind.option)
                .collect(Collectors.joining(", "));
    }
}
