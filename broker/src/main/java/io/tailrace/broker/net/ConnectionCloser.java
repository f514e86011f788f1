package io.tailrace.broker.net;

import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;
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
        close(ctx, reason, null);
    }

    void close(ChannelHandlerContext ctx, String reason, @Nullable Throwable cause) {
        long suppressed = limiter.tryPass();
        if (suppressed >= 0) {
            LOGGER.atWarn()
                    .addKeyValue("client", ctx.channel().remoteAddress())
                    .addKeyValue("reason", reason)
                    .addKeyValue("cause", summary(cause))
                    .addKeyValue("suppressed", suppressed)
                    .log("connection closed by the broker");
        }
        Connections.close(ctx);
    }

    private static String summary(@Nullable Throwable cause) {
        if (cause == null) {
            return "";
        }
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root == cause ? cause.toString() : cause + ": " + root;
    }
}
