package io.tailrace.broker.net;

import io.netty.channel.Channel;
import java.util.EnumSet;
import java.util.Set;

/**
 * Whether a connection reads: only while nothing speaks against it. Reading stops at once when the gate closes; it goes on
 * in a task of its own, so that opening the gate in the middle of other work does not recurse into it. Confined to the event
 * loop of the connection.
 */
final class ReadGate {

    enum Reason {
        /** The next frame waits for memory. */
        MEMORY,
        IN_FLIGHT_REQUESTS,
        /** The client does not take its responses. */
        SLOW_READER,
        /** The client has taken more than its quota. */
        THROTTLED,
        /** The broker stops. */
        STOPPING
    }

    private final Channel channel;
    private final Set<Reason> closedBy = EnumSet.noneOf(Reason.class);
    private Runnable onOpen = () -> {};

    ReadGate(Channel channel) {
        this.channel = channel;
    }

    /** Sets what happens before reading goes on: bytes that have been read already are used first. */
    void onOpen(Runnable action) {
        onOpen = action;
    }

    boolean isOpen() {
        return closedBy.isEmpty();
    }

    void close(Reason reason) {
        closedBy.add(reason);
        channel.config().setAutoRead(false);
    }

    void open(Reason reason) {
        if (closedBy.remove(reason) && isOpen()) {
            channel.eventLoop().execute(this::resume);
        }
    }

    private void resume() {
        if (isOpen()) {
            onOpen.run();
        }
        if (isOpen() && channel.isOpen()) {
            channel.config().setAutoRead(true);
        }
    }
}
