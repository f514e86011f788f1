package io.tailrace.broker.protocol;

import java.net.InetAddress;

/** The client's end of one connection, as far as a request handler may know it. Thread-safe. */
public interface ClientConnection {

    /** Unique among the connections of this process; for logs. */
    String id();

    InetAddress clientAddress();

    /**
     * Runs the action when the connection closes, at once if it is closed already; on the connection's event loop.
     * The action must not block.
     *
     * @return a handle that forgets the action again
     */
    AutoCloseable onClose(Runnable action);

    /**
     * Takes no more requests from the client for so long; on any thread. What is under way goes on, and is answered. A
     * connection that is none of the network takes no notice.
     */
    default void throttle(int throttleMs) {}
}
