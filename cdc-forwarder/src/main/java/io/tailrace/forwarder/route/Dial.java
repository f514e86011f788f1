package io.tailrace.forwarder.route;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * Which partitions a percentage takes. Each partition has a fixed place on a circle, from 0 to 100, and is taken if the
 * percentage is greater: so raising it only adds partitions, and new partitions displace none. The places of a topic's
 * partitions are steps of the golden ratio, which spread them evenly however many there are; the first depends on the
 * topic's name, so that of many topics with one partition the percentage takes its share. Stateless.
 */
final class Dial {
    /** The golden ratio's part of a circle of 2^32. */
    private static final int STEP = 0x9E3779B9;

    private Dial() {}

    static boolean takes(String topic, int partition, int percentage) {
        long place = Integer.toUnsignedLong(start(topic) + partition * STEP);
        return ((place * 100) >>> 32) < percentage;
    }

    private static int start(String topic) {
        CRC32 hash = new CRC32();
        hash.update(topic.getBytes(StandardCharsets.UTF_8));
        return (int) hash.getValue();
    }
}
