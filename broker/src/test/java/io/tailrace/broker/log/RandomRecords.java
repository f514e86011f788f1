package io.tailrace.broker.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

/** Records with and without keys, values and headers, of all kinds of bytes. */
final class RandomRecords {

    private static final List<RandomBytes> KINDS = List.of(RandomBytes.values());

    private RandomRecords() {}

    static List<SimpleRecord> of(Random random, int count, int maxBytes) {
        List<SimpleRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Header[] headers = new Header[random.nextInt(3) == 0 ? random.nextInt(6) : 0];
            Arrays.setAll(headers, n -> header(random));
            records.add(new SimpleRecord(
                    random.nextInt(10) == 0 ? random.nextLong() >>> 2 : 1_700_000_000_000L + random.nextInt(),
                    bytes(random, maxBytes),
                    bytes(random, maxBytes),
                    headers));
        }
        return records;
    }

    private static byte @Nullable [] bytes(Random random, int maxBytes) {
        return random.nextInt(5) == 0
                ? null
                : KINDS.get(random.nextInt(KINDS.size())).make(random, random.nextInt(maxBytes));
    }

    private static Header header(Random random) {
        List<String> keys = List.of("", "trace", "käse", "nul\0", "\\ \" \n", "😀", "\uFFFF");
        byte[][] values = {
            null,
            {},
            "text".getBytes(UTF_8),
            "back\\slash, \"quotes\", \t\u0001\u007f".getBytes(UTF_8),
            "Grüße, 世界, 😀, \uD7FF\uE000\uFFFF".getBytes(UTF_8),
            {0},
            {'a', 0, 'b'},
            {(byte) 0xc0, (byte) 0x80},
            {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
            {(byte) 0xe0, (byte) 0x9f, (byte) 0xbf},
            {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
            {(byte) 0xf0, (byte) 0x8f, (byte) 0xbf, (byte) 0xbf},
            {(byte) 0xe4, (byte) 0xb8},
            {(byte) 0xff},
            RandomBytes.RANDOM.make(random, 1 + random.nextInt(4)),
            RandomBytes.RANDOM.make(random, 100),
        };
        return new RecordHeader(keys.get(random.nextInt(keys.size())), values[random.nextInt(values.length)]);
    }
}
