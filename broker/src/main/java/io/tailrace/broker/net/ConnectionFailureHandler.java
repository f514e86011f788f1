package io.tailrace.broker.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of the pipeline: an exception closes the connection. One of the network (a reset by the peer) is everyday; any other
 * is a fault of ours and is logged with its cause. Stateless.
 */
final class ConnectionFailureHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOGGER = LoggerFactory.getLogger(ConnectionFailureHandler.class);

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            LOGGER.atDebug()
                    .addKeyValue("client", ctx.channel().remoteAddress())
                    .addKeyValue("reason", cause.getMessage())
                    .log("connection lost");
        } else {
            LOGGER.atError()
                    .addKeyValue("client", ctx.channel().remoteAddress())
                    .setCause(cause)
                    .log("connection closed by an unexpected error");
        }
        Connections.close(ctx);
    }
}
