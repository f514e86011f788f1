package io.tailrace.broker.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.ReferenceCountUtil;
import io.tailrace.broker.net.ReadGate.Reason;
import io.tailrace.config.ListenerConfig;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the stream of bytes into Kafka's frames: four bytes of length, then as many bytes of request.
 *
 * <p>A length that cannot be right ends the connection. A frame is not read before its memory is granted, and one that has
 * begun must be complete in time, or the connection is closed: else a few slow clients could hold all the memory. The time does
 * not run while the broker itself does not read.
 *
 * <p>Confined to the event loop. Owns: the bytes read and not yet decoded, the frame being read and its memory.
 */
final class FrameDecoder extends ChannelInboundHandlerAdapter {
    /** API key, version and correlation id: no request is shorter. */
    static final int MIN_FRAME_BYTES = 8;

    private static final int PREFIX_BYTES = 4;

    private final int maxFrameBytes;
    private final Duration readTimeout;
    private final ConnectionMemory connectionMemory;
    private final ReadGate gate;
    private final ConnectionCloser closer;

    private @Nullable ByteBuf unread;
    private int prefix;
    private int prefixBytesRead;
    private @Nullable MemoryReservation memory;
    private @Nullable IncomingFrame frame;
    private @Nullable ReadDeadline deadline;

    FrameDecoder(ListenerConfig config, ConnectionMemory connectionMemory, ReadGate gate, ConnectionCloser closer) {
        this.maxFrameBytes = config.maxFrameBytes();
        this.readTimeout = config.requestReadTimeout();
        this.connectionMemory = connectionMemory;
        this.gate = gate;
        this.closer = closer;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        deadline = new ReadDeadline(ctx.executor(), readTimeout, gate, () -> onReadTimeout(ctx));
        gate.onOpen(() -> onGateOpen(ctx));
    }

    private void onReadTimeout(ChannelHandlerContext ctx) {
        closer.close(
                ctx,
                "a request was begun and not completed within broker.request_read_timeout (" + readTimeout.toMillis()
                        + " ms)");
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            ReferenceCountUtil.release(message);
            return;
        }
        ByteBuf earlier = unread;
        unread = earlier == null ? bytes : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), earlier, bytes);
        decodeUnread(ctx);
    }

    private void onGateOpen(ChannelHandlerContext ctx) {
        if (deadline != null) {
            deadline.restart();
        }
        decodeUnread(ctx);
        ctx.fireChannelReadComplete();
    }

    private void decodeUnread(ChannelHandlerContext ctx) {
        ByteBuf in = unread;
        while (in != null && in.isReadable() && gate.isOpen() && ctx.channel().isOpen()) {
            decode(ctx, in);
            in = unread;
        }
        if (in != null && !in.isReadable()) {
            in.release();
            unread = null;
        }
    }

    private void decode(ChannelHandlerContext ctx, ByteBuf in) {
        if (frame != null) {
            readBody(ctx, frame, in);
        } else {
            readPrefix(ctx, in);
        }
    }

    private void readPrefix(ChannelHandlerContext ctx, ByteBuf in) {
        if (prefixBytesRead == 0 && deadline != null) {
            deadline.frameBegun();
        }
        prefix = (prefix << 8) | in.readUnsignedByte();
        prefixBytesRead++;
        if (prefixBytesRead < PREFIX_BYTES) {
            return;
        }
        if (prefix < MIN_FRAME_BYTES || prefix > maxFrameBytes) {
            closer.close(
                    ctx,
                    "a frame of " + prefix + " bytes is not between " + MIN_FRAME_BYTES
                            + " and broker.max_frame_bytes (" + maxFrameBytes + "); " + ForeignProtocol.hint(prefix));
            return;
        }
        reserve(ctx, prefix);
    }

    private void reserve(ChannelHandlerContext ctx, int length) {
        MemoryReservation reservation =
                connectionMemory.reserve(length, () -> ctx.executor().execute(() -> onMemoryGranted(length)));
        memory = reservation;
        if (reservation.grantedAtOnce()) {
            frame = new IncomingFrame(length);
        } else {
            gate.close(Reason.MEMORY);
        }
    }

    private void onMemoryGranted(int length) {
        if (memory != null) {
            frame = new IncomingFrame(length);
            gate.open(Reason.MEMORY);
        }
    }

    private void readBody(ChannelHandlerContext ctx, IncomingFrame incoming, ByteBuf in) {
        incoming.readFrom(in);
        MemoryReservation reservation = memory;
        if (incoming.isComplete() && reservation != null) {
            expectNextFrame();
            ctx.fireChannelRead(new RequestFrame(incoming.toByteBuffer(), reservation));
        }
    }

    private void expectNextFrame() {
        if (deadline != null) {
            deadline.frameComplete();
        }
        frame = null;
        memory = null;
        prefix = 0;
        prefixBytesRead = 0;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        releaseAll();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        releaseAll();
    }

    private void releaseAll() {
        if (unread != null) {
            unread.release();
            unread = null;
        }
        if (memory != null) {
            memory.release();
        }
        expectNextFrame();
    }
}
