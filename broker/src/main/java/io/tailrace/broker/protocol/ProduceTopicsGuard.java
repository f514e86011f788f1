package io.tailrace.broker.protocol;

import java.util.BitSet;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;

/**
 * Lets a Produce request have thousands of topics, as long as their names or ids fall on different slots of kafka-clients' hash
 * table, which it does again to see.
 */
final class ProduceTopicsGuard extends ArrayGuard {
    private static final int MAX_TOPICS = 10_000;
    private static final int FREE_STEPS = 50_000;
    private static final int STEPS_PER_TOPIC = 20;

    private final BitSet takenSlots = new BitSet();
    private int slots;
    private long stepsLeft;

    /** The first array is that of the topics; the others, of partitions, are lists. */
    @Override
    void onArray(int length) {
        if (slots > 0 || length <= 0) {
            return;
        }
        if (length > MAX_TOPICS) {
            throw new InvalidRequestException("more than " + MAX_TOPICS + " topics in one produce request");
        }
        slots = 2 * length + 1;
        stepsLeft = FREE_STEPS + (long) STEPS_PER_TOPIC * length;
    }

    @Override
    void onString(String value) {
        if (slots > 0) {
            take(new TopicProduceData().setName(value));
        }
    }

    @Override
    void onUuid(Uuid value) {
        if (slots > 0) {
            take(new TopicProduceData().setTopicId(value));
        }
    }

    private void take(TopicProduceData topic) {
        int home = (topic.hashCode() & Integer.MAX_VALUE) % slots;
        int free = takenSlots.nextClearBit(home);
        stepsLeft -= free - home;
        if (stepsLeft < 0) {
            throw new InvalidRequestException("the same topics many times in one produce request");
        }
        takenSlots.set(free);
    }
}
