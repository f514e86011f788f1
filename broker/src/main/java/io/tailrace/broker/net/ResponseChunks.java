package io.tailrace.broker.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.stream.ChunkedInput;
import java.io.IOException;
import org.apache.kafka.common.network.Send;

/** A large response, copied to the network's buffers piece by piece. Confined to the event loop. */
final class ResponseChunks implements ChunkedInput<ByteBuf> {
    private final Send response;
    private final int chunkBytes;
    private long progress;

    ResponseChunks(Send response, int chunkBytes) {
        this.response = response;
        this.chunkBytes = chunkBytes;
    }

    @Override
    public ByteBuf readChunk(ByteBufAllocator allocator) throws IOException {
        int size = (int) Math.min(chunkBytes, response.size() - progress);
        ByteBuf chunk = allocator.buffer(size, size);
        BufferChannel.drain(response, chunk);
        progress += chunk.readableBytes();
        return chunk;
    }

    /** Deprecated in the interface; Netty calls {@link #readChunk(ByteBufAllocator)} instead. */
    @Override
    @SuppressWarnings("deprecation")
    public ByteBuf readChunk(ChannelHandlerContext ctx) throws IOException {
        return readChunk(ctx.alloc());
    }

    @Override
    public boolean isEndOfInput() {
        return response.completed();
    }

    @Override
    public long length() {
        return response.size();
    }

    @Override
    public long progress() {
        return progress;
    }

    @Override
    public void close() {}
}
