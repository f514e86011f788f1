package io.tailrace.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.tailrace.broker.protocol.RequestBytes;
import io.tailrace.broker.protocol.RequestDispatcher;
import io.tailrace.broker.protocol.RequestParser;
import io.tailrace.config.ListenerConfig;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.MessageUtil;

/** The pipeline of a connection without a network, as the broker builds it; closing it checks that no buffer leaks. */
final class EmbeddedConnection implements AutoCloseable {
    static final short METADATA_VERSION = 9;
    static final short PRODUCE_VERSION = 9;

    final EmbeddedChannel channel;
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, false, false);

    EmbeddedConnection(ListenerConfig config, RequestMemory memory, RequestDispatcher dispatcher) {
        ChannelGroup group = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        channel = new EmbeddedChannel();
        channel.freezeTime();
        channel.config().setOption(ChannelOption.ALLOCATOR, allocator);
        channel.pipeline()
                .addLast(new ConnectionInitializer(
                        config, new RequestParser((apiKey, version) -> true), dispatcher, memory, group));
    }

    EmbeddedConnection(ListenerConfig config, RequestDispatcher dispatcher) {
        this(config, new RequestMemory(config.maxRequestMemoryBytes()), dispatcher);
    }

    static ByteBuffer metadataFrame(int correlationId) {
        MetadataRequestData data = new MetadataRequestData().setTopics(null);
        ByteBuffer body =
                MessageUtil.toByteBufferAccessor(data, METADATA_VERSION).buffer();
        return RequestBytes.frame(ApiKeys.METADATA, METADATA_VERSION, correlationId, body);
    }

    static ByteBuffer produceFrame(int correlationId, short acks, String transactionalId) {
        ProduceRequestData data = new ProduceRequestData().setAcks(acks).setTransactionalId(transactionalId);
        ByteBuffer body =
                MessageUtil.toByteBufferAccessor(data, PRODUCE_VERSION).buffer();
        return RequestBytes.frame(ApiKeys.PRODUCE, PRODUCE_VERSION, correlationId, body);
    }

    static ByteBuffer produceFrame(int correlationId, short acks) {
        return produceFrame(correlationId, acks, "t");
    }

    /** Sends frames, each with its length prefix, in one piece. */
    void send(ByteBuffer... frames) {
        receive(prefixed(frames));
    }

    /** Sends frames cut at random. */
    void sendFragmented(Random random, ByteBuffer... frames) {
        ByteBuffer bytes = prefixed(frames);
        while (bytes.hasRemaining()) {
            int size = 1 + random.nextInt(random.nextBoolean() ? 5 : 5000);
            int count = Math.min(size, bytes.remaining());
            receive(bytes.slice().limit(count));
            bytes.position(bytes.position() + count);
        }
    }

    private static ByteBuffer prefixed(ByteBuffer... frames) {
        int size = 0;
        for (ByteBuffer frame : frames) {
            size += 4 + frame.remaining();
        }
        ByteBuffer bytes = ByteBuffer.allocate(size);
        for (ByteBuffer frame : frames) {
            bytes.putInt(frame.remaining()).put(frame.duplicate());
        }
        return bytes.flip();
    }

    /** Sends bytes as they are. */
    void receive(ByteBuffer bytes) {
        ByteBuf buffer = allocator.buffer(bytes.remaining()).writeBytes(bytes.duplicate());
        channel.writeInbound(buffer);
        channel.runPendingTasks();
    }

    /** Takes the response frames that have been written, without their length prefixes. */
    List<ByteBuffer> responses() {
        channel.runPendingTasks();
        CompositeByteBuf written = allocator.compositeBuffer();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            written.addComponent(true, part);
        }
        List<ByteBuffer> frames = new ArrayList<>();
        while (written.isReadable()) {
            byte[] frame = new byte[written.readInt()];
            written.readBytes(frame);
            frames.add(ByteBuffer.wrap(frame));
        }
        written.release();
        return frames;
    }

    List<Integer> responseCorrelationIds() {
        return responses().stream().map(ByteBuffer::getInt).toList();
    }

    /** The client hangs up. */
    void disconnect() {
        assertThat(channel.close().isDone()).isTrue();
        channel.runPendingTasks();
    }

    boolean isReading() {
        return channel.config().isAutoRead();
    }

    boolean isOpen() {
        channel.runPendingTasks();
        return channel.isOpen();
    }

    @Override
    public void close() {
        channel.finishAndReleaseAll();
        channel.runPendingTasks();
        assertThat(allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory())
                .as("bytes in buffers that were not released")
                .isZero();
    }
}
