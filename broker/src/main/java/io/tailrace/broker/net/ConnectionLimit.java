package io.tailrace.broker.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a connection above the limit at once. Sits in the pipeline of the listening socket, whose "reads" are new connections,
 * before Netty's acceptor. Thread-safe.
 */
@Sharable
final class ConnectionLimit extends ChannelInboundHandlerAdapter {
    private static final Logger LOGGER = LoggerFactory.getLogger(ConnectionLimit.class);

    private final int maxConnections;
    private final LogLimiter limiter;
    private final AtomicInteger connections = new AtomicInteger();

    ConnectionLimit(int maxConnections, LogLimiter limiter) {
        this.maxConnections = maxConnections;
        this.limiter = limiter;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof Channel connection)) {
            ctx.fireChannelRead(message);
            return;
        }
        if (connections.incrementAndGet() > maxConnections) {
            connections.decrementAndGet();
            connection.unsafe().closeForcibly();
            logRefused(connection);
            return;
        }
        connection.closeFuture().addListener(closed -> connections.decrementAndGet());
        ctx.fireChannelRead(message);
    }

    private void logRefused(Channel connection) {
        long suppressed = limiter.tryPass();
        if (suppressed >= 0) {
            LOGGER.atWarn()
                    .addKeyValue("client", connection.remoteAddress())
                    .addKeyValue("max_connections", maxConnections)
                    .addKeyValue("suppressed", suppressed)
                    .log("connection refused: broker.max_connections reached");
        }
    }
}
