package io.tailrace.e2e;

import java.util.Random;

/** The seed of a test: a new one each run, printed, or the one given with {@code -Dtailrace.test.seed}. */
final class Seed {

    private Seed() {}

    static long of(Class<?> test) {
        Long given = Long.getLong("tailrace.test.seed");
        long seed = given == null ? new Random().nextInt(1_000_000) : given;
        System.out.println(test.getSimpleName() + ": -Dtailrace.test.seed=" + seed);
        return seed;
    }
}
