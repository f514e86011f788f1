package io.tailrace.broker.log;

import java.util.Random;

/** Bytes that compress in different ways. */
enum RandomBytes {
    RANDOM,
    ZEROS,
    WORDS,
    /** What came before, from anywhere and of any length, in between new bytes. */
    COPIES;

    byte[] make(Random random, int size) {
        byte[] bytes = new byte[size];
        switch (this) {
            case RANDOM -> random.nextBytes(bytes);
            case ZEROS -> {}
            case WORDS -> {
                for (int i = 0; i < size; i++) {
                    bytes[i] = (byte) "{\"status\":\"paid\",\"amount\":".charAt((i * 7 + i / 97) % 26);
                }
            }
            case COPIES -> copies(random, bytes);
        }
        return bytes;
    }

    private static void copies(Random random, byte[] bytes) {
        for (int i = 0; i < bytes.length; ) {
            int length = Math.min(bytes.length - i, 1 + random.nextInt(random.nextInt(8) == 0 ? 2000 : 20));
            int distance = random.nextInt(Math.min(i, random.nextInt(3) == 0 ? 70_000 : 20) + 1);
            for (int end = i + length; i < end; i++) {
                bytes[i] = distance == 0 ? (byte) random.nextInt() : bytes[i - distance];
            }
        }
    }
}
