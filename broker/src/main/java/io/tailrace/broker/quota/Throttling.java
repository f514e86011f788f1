package io.tailrace.broker.quota;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.server.quota.QuotaType;

/** How often and for how long clients were held back, by quota. Thread-safe. */
final class Throttling {

    private final Map<QuotaType, LongAdder> requests = new EnumMap<>(QuotaType.class);
    private final Map<QuotaType, LongAdder> millis = new EnumMap<>(QuotaType.class);

    Throttling() {
        for (QuotaType quota : QuotaType.values()) {
            requests.put(quota, new LongAdder());
            millis.put(quota, new LongAdder());
        }
    }

    /** A client is to be held back, unless it is 0. @return the same */
    int count(QuotaType quota, int throttleMs) {
        if (throttleMs > 0) {
            of(requests, quota).increment();
            of(millis, quota).add(throttleMs);
        }
        return throttleMs;
    }

    long requests(QuotaType quota) {
        return of(requests, quota).sum();
    }

    long millis(QuotaType quota) {
        return of(millis, quota).sum();
    }

    private static LongAdder of(Map<QuotaType, LongAdder> counters, QuotaType quota) {
        LongAdder counter = counters.get(quota);
        if (counter == null) {
            throw new IllegalArgumentException("no quota " + quota);
        }
        return counter;
    }
}
