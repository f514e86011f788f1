package io.tailrace.broker.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.AttributeKey;
import io.tailrace.broker.protocol.RequestDispatcher;
import io.tailrace.broker.protocol.RequestParser;
import io.tailrace.config.ListenerConfig;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Builds the pipeline of a new connection; the order is explained in the package description. Thread-safe. */
final class ConnectionInitializer extends ChannelInitializer<Channel> {
    /** When a connection was opened, by the clock of {@link System#nanoTime}. */
    static final AttributeKey<Long> OPENED_NS = AttributeKey.valueOf(ConnectionInitializer.class, "openedNs");

    private final ListenerConfig config;
    private final RequestParser parser;
    private final RequestDispatcher dispatcher;
    private final RequestMemory requestMemory;
    private final ChannelGroup connections;
    private final ConnectionCloser closer = new ConnectionCloser(LogLimiter.ofDefaultRate());
    private final TrafficCounter traffic = new TrafficCounter();
    private final AtomicLong connectionNumbers = new AtomicLong();

    ConnectionInitializer(
            ListenerConfig config,
            RequestParser parser,
            RequestDispatcher dispatcher,
            RequestMemory requestMemory,
            ChannelGroup connections) {
        this.config = config;
        this.parser = parser;
        this.dispatcher = dispatcher;
        this.requestMemory = requestMemory;
        this.connections = connections;
    }

    TrafficCounter traffic() {
        return traffic;
    }

    @Override
    protected void initChannel(Channel channel) {
        NettyClientConnection connection = new NettyClientConnection(channel, connectionNumbers.incrementAndGet());
        channel.attr(OPENED_NS).set(System.nanoTime());
        ReadGate gate = new ReadGate(channel);
        long idleMs = config.idleTimeout().toMillis();
        channel.pipeline()
                .addLast("traffic", traffic)
                .addLast("idle", new IdleStateHandler(true, 0, 0, idleMs, TimeUnit.MILLISECONDS))
                .addLast("chunks", new ChunkedWriteHandler())
                .addLast("frames", new FrameDecoder(config, new ConnectionMemory(requestMemory), gate, closer))
                .addLast("requests", new RequestDecoder(parser, connection, closer))
                .addLast("responses", new ResponseEncoder())
                .addLast("queue", new RequestQueue(config.maxInFlightRequests(), dispatcher, connection, gate))
                .addLast("failures", new ConnectionFailureHandler());
        connections.add(channel);
    }
}
