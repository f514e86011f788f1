package io.tailrace.broker.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.stream.ChunkedWriteHandler;
import java.io.IOException;
import org.apache.kafka.common.network.Send;

/**
 * A response's {@link Send} to buffers: a small one to one buffer, a large one to pieces that are made when the client takes
 * them ({@link ChunkedWriteHandler}), so that a slow client of a large response costs no more than its records on the heap, which
 * may be shared. Confined to the event loop.
 */
final class ResponseEncoder extends ChannelOutboundHandlerAdapter {
    static final int CHUNK_BYTES = 64 * 1024;

    /** Netty tells the outcome of a write by the promise that was passed in. */
    @Override
    @SuppressWarnings("FutureReturnValueIgnored")
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) throws IOException {
        if (!(message instanceof Send response)) {
            ctx.write(message, promise);
        } else if (response.size() > CHUNK_BYTES) {
            ctx.write(new ResponseChunks(response, CHUNK_BYTES), promise);
        } else {
            ByteBuf buffer = ctx.alloc().buffer((int) response.size(), (int) response.size());
            BufferChannel.drain(response, buffer);
            ctx.write(buffer, promise);
        }
    }
}
