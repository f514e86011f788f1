package io.tailrace.broker.net;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.apache.kafka.common.network.Send;
import org.apache.kafka.common.network.TransferableChannel;

/**
 * A buffer of Netty as the channel that Kafka's {@link Send} writes to; it takes as much as the buffer may hold. Confined to
 * the event loop. Does not own the buffer.
 */
final class BufferChannel implements TransferableChannel {
    private final ByteBuf buffer;

    private BufferChannel(ByteBuf buffer) {
        this.buffer = buffer;
    }

    /** Moves bytes until the buffer is full or the response complete; releases the buffer if that fails. */
    static void drain(Send response, ByteBuf buffer) throws IOException {
        BufferChannel channel = new BufferChannel(buffer);
        boolean done = false;
        try {
            while (buffer.maxWritableBytes() > 0 && !response.completed()) {
                if (response.writeTo(channel) == 0) {
                    throw new IOException("the response ends before its announced size of " + response.size());
                }
            }
            done = true;
        } finally {
            if (!done) {
                buffer.release();
            }
        }
    }

    @Override
    public int write(ByteBuffer source) {
        int count = Math.min(source.remaining(), buffer.maxWritableBytes());
        ByteBuffer part = source.slice().limit(count);
        buffer.writeBytes(part);
        source.position(source.position() + count);
        return count;
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
        long written = 0;
        for (int i = offset; i < offset + length; i++) {
            written += write(sources[i]);
        }
        return written;
    }

    @Override
    public long write(ByteBuffer[] sources) {
        return write(sources, 0, sources.length);
    }

    @Override
    public long transferFrom(FileChannel file, long position, long count) throws IOException {
        int length = (int) Math.min(count, buffer.maxWritableBytes());
        return Math.max(0, buffer.writeBytes(file, position, length));
    }

    @Override
    public boolean hasPendingWrites() {
        return false;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
