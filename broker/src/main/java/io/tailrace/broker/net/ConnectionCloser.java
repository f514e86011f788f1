package io.tailrace.broker.net;

import io.netty.channel.ChannelHandlerContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes a connection because of what came over it, and says why, at a limited rate. Thread-safe. */
final class ConnectionCloser {
    private static final Logger LOGGER = LoggerFactory.getLogger(ConnectionCloser.class);

    private final LogLimiter limiter;

    ConnectionCloser(LogLimiter limiter) {
        this.limiter = limiter;
    }

    /** @param reason without payload of the client */
    void close(ChannelHandlerContext ctx, String reason) {
        long suppressed = limiter.tryPass();
        if (suppressed >= 0) {
            LOGGER.atWarn()
                    .addKeyValue("client", ctx.channel().remoteAddress())
                    .addKeyValue("reason", reason)
                    .addKeyValue("suppressed", suppressed)
                    .log("connection closed by the broker");
        }
        Connections.close(ctx);
    }
}
