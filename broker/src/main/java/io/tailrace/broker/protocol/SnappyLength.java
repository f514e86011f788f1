package io.tailrace.broker.protocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * How long Snappy data says that it is without its compression. Snappy's stream allocates what a chunk claims before it
 * reads it, so a few bytes could ask for a gigabyte; this asks first. Stateless.
 *
 * <p>The form is that of snappy-java: a header of 16 bytes, then chunks, each with its length before it; or one bare block.
 */
public final class SnappyLength {

    private static final byte[] MAGIC = {(byte) 0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
    private static final int HEADER_BYTES = 16;
    private static final int MAX_LENGTH_BYTES = 5;

    private SnappyLength() {}

    /**
     * The length that the data claims.
     *
     * @throws IllegalArgumentException for what has not the form of Snappy
     */
    public static long of(ByteBuffer data) {
        ByteBuffer bytes = data.slice().order(ByteOrder.BIG_ENDIAN);
        if (!startsWithHeader(bytes)) {
            return blockLength(bytes);
        }
        long length = 0;
        while (bytes.hasRemaining()) {
            if (startsWithHeader(bytes)) {
                bytes.position(bytes.position() + HEADER_BYTES);
            } else {
                length += blockLength(chunk(bytes));
            }
        }
        return length;
    }

    private static boolean startsWithHeader(ByteBuffer bytes) {
        if (bytes.remaining() < HEADER_BYTES) {
            return false;
        }
        byte[] start = new byte[MAGIC.length];
        bytes.slice().get(start);
        return Arrays.equals(start, MAGIC);
    }

    /** Takes the next chunk from the bytes. */
    private static ByteBuffer chunk(ByteBuffer bytes) {
        if (bytes.remaining() < Integer.BYTES) {
            throw new IllegalArgumentException("Snappy: the data ends within a chunk's length");
        }
        int size = bytes.getInt();
        if (size <= 0 || size > bytes.remaining()) {
            throw new IllegalArgumentException("Snappy: a chunk says it has " + size + " bytes");
        }
        ByteBuffer chunk = bytes.slice(bytes.position(), size);
        bytes.position(bytes.position() + size);
        return chunk;
    }

    /** The number, of seven bits in each byte, with which a block begins. */
    private static long blockLength(ByteBuffer block) {
        long length = 0;
        for (int i = 0; i < MAX_LENGTH_BYTES && block.hasRemaining(); i++) {
            byte next = block.get();
            length |= (next & 0x7FL) << (7 * i);
            if (next >= 0) {
                return length;
            }
        }
        throw new IllegalArgumentException("Snappy: a block without its length");
    }
}
