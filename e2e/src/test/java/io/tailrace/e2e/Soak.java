package io.tailrace.e2e;

import java.time.Duration;

/** How long the long tests take: short by default, in full with {@code mvn -Psoak}. */
final class Soak {

    private static final boolean ON = Boolean.getBoolean("tailrace.test.soak");

    private Soak() {}

    static boolean isOn() {
        return ON;
    }

    static Duration duration(Duration normal, Duration soak) {
        return ON ? soak : normal;
    }

    static int times(int normal, int soak) {
        return ON ? soak : normal;
    }
}
