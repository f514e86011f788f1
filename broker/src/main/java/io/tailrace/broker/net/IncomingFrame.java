package io.tailrace.broker.net;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A frame of which some bytes have arrived. Beyond the first MiB its memory on the heap grows with what has arrived, to at
 * most twice that, because its length prefix is only a claim. Confined to the event loop of the connection.
 */
final class IncomingFrame {
    private static final int INITIAL_BYTES = 1024 * 1024;

    private final int length;
    private byte[] bytes;
    private int received;

    IncomingFrame(int length) {
        this.length = length;
        this.bytes = new byte[Math.min(length, INITIAL_BYTES)];
    }

    /** Takes from the buffer what belongs to this frame. */
    void readFrom(ByteBuf in) {
        while (in.isReadable() && !isComplete()) {
            if (received == bytes.length) {
                bytes = Arrays.copyOf(bytes, (int) Math.min(length, bytes.length * 2L));
            }
            int count = Math.min(in.readableBytes(), bytes.length - received);
            in.readBytes(bytes, received, count);
            received += count;
        }
    }

    boolean isComplete() {
        return received == length;
    }

    ByteBuffer toByteBuffer() {
        return ByteBuffer.wrap(bytes);
    }
}
