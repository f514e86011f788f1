package io.tailrace.forwarder.decode;

import java.nio.ByteBuffer;

/**
 * How long Snappy data says that it is without its compression. Its stream allocates that before it reads any of it. The data
 * is either in snappy-java's form (a header of 16 bytes, then chunks, each with its length in front) or, as librdkafka writes
 * it, one bare chunk. A chunk begins with its length without compression, as a varint. Stateless.
 */
final class SnappyClaim {
    private static final long MAGIC = 0x82534e4150505900L;
    private static final int HEADER_BYTES = 16;

    private SnappyClaim() {}

    /** @throws IllegalArgumentException for what has not that form */
    static long of(ByteBuffer data) {
        if (!startsWithHeader(data)) {
            return length(data, data.remaining());
        }
        long claimed = 0;
        while (data.hasRemaining()) {
            if (startsWithHeader(data)) {
                data.position(data.position() + HEADER_BYTES);
            } else {
                require(data.remaining() >= Integer.BYTES, "that ends within a chunk's length");
                claimed += length(data, data.getInt());
            }
        }
        return claimed;
    }

    private static boolean startsWithHeader(ByteBuffer data) {
        return data.remaining() >= HEADER_BYTES && data.getLong(data.position()) == MAGIC;
    }

    /** Takes a chunk of so many bytes. */
    private static long length(ByteBuffer data, int size) {
        require(size > 0 && size <= data.remaining(), "with a chunk that says it has " + size + " bytes");
        int end = data.position() + size;
        long length = 0;
        int shift = 0;
        byte part = -1;
        while (part < 0) {
            require(data.position() < end && shift < Integer.SIZE, "with a chunk without its length");
            part = data.get();
            length |= (part & 0x7FL) << shift;
            shift += 7;
        }
        data.position(end);
        return length;
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException("it cannot be decompressed (snappy): data " + otherwise);
        }
    }
}
