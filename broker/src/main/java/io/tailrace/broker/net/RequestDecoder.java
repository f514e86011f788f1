package io.tailrace.broker.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.tailrace.broker.protocol.ClientConnection;
import io.tailrace.broker.protocol.ParsedRequest;
import io.tailrace.broker.protocol.RequestParser;
import org.apache.kafka.common.errors.InvalidRequestException;

/**
 * Frame to request. A frame that is no request, or one that is not served, ends the connection, as in Kafka: its sender
 * could not read an answer. Confined to the event loop.
 */
final class RequestDecoder extends ChannelInboundHandlerAdapter {
    private final RequestParser parser;
    private final ClientConnection connection;
    private final ConnectionCloser closer;

    RequestDecoder(RequestParser parser, ClientConnection connection, ConnectionCloser closer) {
        this.parser = parser;
        this.connection = connection;
        this.closer = closer;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof RequestFrame frame)) {
            ctx.fireChannelRead(message);
            return;
        }
        ParsedRequest parsed;
        try {
            parsed = parser.parse(frame.bytes(), connection);
        } catch (InvalidRequestException e) {
            frame.memory().release();
            closer.close(ctx, "not a request that this broker serves: " + e.getMessage());
            return;
        } catch (Error e) {
            frame.memory().release();
            throw e;
        }
        frame.memory().add(parsed.objectBytes());
        ctx.fireChannelRead(new ReceivedRequest(parsed.request(), frame.memory()));
    }
}
