package io.tailrace.broker.net;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.timeout.IdleStateEvent;
import io.tailrace.broker.net.ReadGate.Reason;
import io.tailrace.broker.protocol.Reply;
import io.tailrace.broker.protocol.RequestDispatcher;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.network.Send;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Dispatches a connection's requests and writes their responses, both in the order of the requests.
 *
 * <p>Kafka promises that a connection's requests take effect one after the other, so a request is dispatched when all earlier
 * ones are complete. Produce requests are the exception among themselves: they are dispatched while only other produce requests
 * are under way, so that a pipelining producer fills one group commit; the log keeps their order. Nothing is dispatched while
 * the client leaves too many response bytes untaken, or is held back by its quota.
 *
 * <p>When the client closes, produce requests that have been received are carried out still: with acks=0 a client may send and
 * close. Others are dropped.
 *
 * <p>Confined to the event loop, but for the wake-up by a completed answer. Owns: the memory of the requests in it.
 */
final class RequestQueue extends ChannelInboundHandlerAdapter {
    /** Sent to every pipeline when the broker stops: reads no more, answers what is under way, then closes. */
    static final Object STOP = new Object();

    /** Sent to a pipeline whose client is to be held back for so long. */
    record Throttle(int throttleMs) {}

    private static final Logger LOGGER = LoggerFactory.getLogger(RequestQueue.class);
    private static final long MAX_UNTAKEN_BYTES = 1024L * 1024;

    private final int maxInFlight;
    private final RequestDispatcher dispatcher;
    private final NettyClientConnection connection;
    private final ReadGate gate;

    private final Queue<ReceivedRequest> waiting = new ArrayDeque<>();
    private final Queue<DispatchedRequest> dispatched = new ArrayDeque<>();
    private final AtomicBoolean wakeUpScheduled = new AtomicBoolean();
    /** Whether the last of {@link #dispatched} is a produce request; then all of them are. */
    private boolean producing;

    private long untakenBytes;
    private long throttledUntilNs;
    private boolean throttled;
    private boolean stopping;
    private boolean closed;

    RequestQueue(int maxInFlight, RequestDispatcher dispatcher, NettyClientConnection connection, ReadGate gate) {
        this.maxInFlight = maxInFlight;
        this.dispatcher = dispatcher;
        this.connection = connection;
        this.gate = gate;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ReceivedRequest request)) {
            ctx.fireChannelRead(message);
        } else if (closed || stopping) {
            request.release();
        } else {
            waiting.add(request);
            updateGate();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        advance(ctx);
    }

    private void advance(ChannelHandlerContext ctx) {
        boolean wrote = false;
        do {
            while (!dispatched.isEmpty() && dispatched.element().isDone()) {
                wrote |= finish(ctx, dispatched.remove());
            }
        } while (dispatchNext(ctx));
        if (wrote) {
            ctx.flush();
        }
        updateGate();
        closeIfStopped(ctx);
    }

    /** Returns whether the next request was dispatched. */
    private boolean dispatchNext(ChannelHandlerContext ctx) {
        ReceivedRequest next = waiting.peek();
        if (next == null || !mayDispatch(next)) {
            return false;
        }
        waiting.remove();
        producing = next.isProduce();
        DispatchedRequest request = DispatchedRequest.dispatch(next, dispatcher);
        dispatched.add(request);
        if (!request.isDone()) {
            request.onDone(() -> wakeUp(ctx));
        }
        return true;
    }

    private boolean mayDispatch(ReceivedRequest next) {
        return !throttled
                && untakenBytes < MAX_UNTAKEN_BYTES
                && (dispatched.isEmpty() || (producing && next.isProduce()));
    }

    /** On any thread. Several answers that complete together cost one task. */
    private void wakeUp(ChannelHandlerContext ctx) {
        if (wakeUpScheduled.compareAndSet(false, true)) {
            ctx.executor().execute(() -> {
                wakeUpScheduled.set(false);
                advance(ctx);
            });
        }
    }

    /** Returns whether something was written. */
    private boolean finish(ChannelHandlerContext ctx, DispatchedRequest request) {
        Reply reply = request.reply();
        if (!closed && reply instanceof Reply.Frame frame) {
            write(ctx, frame.bytes(), request.received());
            return true;
        }
        request.received().release();
        if (!closed && reply instanceof Reply.Close close) {
            LOGGER.atInfo()
                    .addKeyValue("connection", connection.id())
                    .addKeyValue("reason", close.reason())
                    .log("connection closed by the broker");
            Connections.close(ctx);
        }
        return false;
    }

    private void write(ChannelHandlerContext ctx, Send response, ReceivedRequest request) {
        long size = response.size();
        untakenBytes += size;
        ChannelFuture written = ctx.write(response);
        written.addListener(future -> {
            untakenBytes -= size;
            request.release();
            if (!future.isSuccess()) {
                Connections.close(ctx);
            } else if (untakenBytes < MAX_UNTAKEN_BYTES || stopping) {
                wakeUpIfBlocked(ctx);
            }
        });
    }

    private void wakeUpIfBlocked(ChannelHandlerContext ctx) {
        if (stopping || !waiting.isEmpty() || !gate.isOpen()) {
            wakeUp(ctx);
        }
    }

    private void updateGate() {
        set(Reason.IN_FLIGHT_REQUESTS, waiting.size() + dispatched.size() >= maxInFlight);
        set(Reason.SLOW_READER, untakenBytes >= MAX_UNTAKEN_BYTES);
    }

    private void set(Reason reason, boolean applies) {
        if (applies) {
            gate.close(reason);
        } else {
            gate.open(reason);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == STOP) {
            stopping = true;
            gate.close(Reason.STOPPING);
            dropWaiting();
            advance(ctx);
        } else if (event instanceof Throttle throttle) {
            throttle(ctx, TimeUnit.MILLISECONDS.toNanos(throttle.throttleMs()));
        } else if (event instanceof IdleStateEvent) {
            closeIfIdle(ctx);
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    /** Produce requests that are under way together may each ask for it: the longest holds. */
    @SuppressWarnings("FutureReturnValueIgnored") // It ends with the event loop.
    private void throttle(ChannelHandlerContext ctx, long throttleNs) {
        long untilNs = System.nanoTime() + throttleNs;
        if (throttled && untilNs - throttledUntilNs <= 0) {
            return;
        }
        throttled = true;
        throttledUntilNs = untilNs;
        gate.close(Reason.THROTTLED);
        ctx.executor().schedule(() -> endThrottle(ctx, untilNs), throttleNs, TimeUnit.NANOSECONDS);
    }

    private void endThrottle(ChannelHandlerContext ctx, long untilNs) {
        if (throttledUntilNs == untilNs) {
            throttled = false;
            gate.open(Reason.THROTTLED);
            advance(ctx);
        }
    }

    /** A connection whose request is being worked on is not idle, however long that takes. */
    private void closeIfIdle(ChannelHandlerContext ctx) {
        if (dispatched.isEmpty() && !throttled) {
            LOGGER.atDebug().addKeyValue("connection", connection.id()).log("idle connection closed");
            Connections.close(ctx);
        }
    }

    private void closeIfStopped(ChannelHandlerContext ctx) {
        if (stopping && dispatched.isEmpty() && untakenBytes == 0) {
            Connections.close(ctx);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closed = true;
        throttled = false;
        waiting.removeIf(this::dropUnlessProduce);
        connection.closed();
        advance(ctx);
        ctx.fireChannelInactive();
    }

    private boolean dropUnlessProduce(ReceivedRequest request) {
        boolean drop = !request.isProduce();
        if (drop) {
            request.release();
        }
        return drop;
    }

    private void dropWaiting() {
        waiting.forEach(request -> request.release());
        waiting.clear();
    }
}
