package io.tailrace.broker.protocol;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.utils.ImplicitLinkedHashCollection;

/**
 * Refuses requests whose arrays would take too long to parse.
 *
 * <p>kafka-clients keeps some arrays, such as the topics of Produce and CreateTopics, in {@link ImplicitLinkedHashCollection}. It
 * takes equal keys, probes its slots one after the other and moves to a larger table at the last element, which for n keys of
 * the same slot takes n³ steps: measured, 2 seconds for 1,000 topics of the same name and minutes for 10,000, in a frame of a few
 * kilobytes. Confined to the thread that parses one request.
 */
abstract class ArrayGuard {
    private static final Set<ApiKeys> KEYED = keyedApis();

    static ArrayGuard of(ApiKeys apiKey) {
        if (apiKey == ApiKeys.PRODUCE) {
            return new ProduceTopicsGuard();
        }
        return KEYED.contains(apiKey) ? new KeyedArraysGuard() : new Unguarded();
    }

    /** An array of this many elements is about to be read; none or fewer means nothing. */
    abstract void onArray(int length);

    /** A string was read. */
    void onString(String value) {}

    /** A topic id was read. */
    void onUuid(Uuid value) {}

    private static Set<ApiKeys> keyedApis() {
        Set<ApiKeys> keyed = EnumSet.noneOf(ApiKeys.class);
        for (ApiKeys apiKey : ApiKeys.values()) {
            if (apiKey.hasValidVersion() && hasKeyedCollection(apiKey)) {
                keyed.add(apiKey);
            }
        }
        return Collections.unmodifiableSet(keyed);
    }

    private static boolean hasKeyedCollection(ApiKeys apiKey) {
        Class<?> message = apiKey.messageType.newRequest().getClass();
        return Arrays.stream(message.getDeclaredClasses())
                .anyMatch(ImplicitLinkedHashCollection.class::isAssignableFrom);
    }

    private static final class Unguarded extends ArrayGuard {
        @Override
        void onArray(int length) {}
    }
}
