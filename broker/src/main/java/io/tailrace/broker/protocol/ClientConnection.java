package io.tailrace.broker.protocol;

import java.net.InetAddress;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.common.network.ClientInformation;

/** The client's end of one connection, as far as a request handler may know it. Thread-safe. */
public interface ClientConnection {

    /** Unique among the connections of this process; for logs. */
    String id();

    InetAddress clientAddress();

    /** The port at the client's end; 0 for a connection that is none of the network. */
    default int clientPort() {
        return 0;
    }

    /** What program the client says it is. */
    default ClientInformation clientInformation() {
        return ClientInformation.EMPTY;
    }

    /** The client says what program it is, in ApiVersions. A connection that is none of the network takes no notice. */
    default void identify(ClientInformation information) {}

    /**
     * Runs the action when the connection closes, at once if it is closed already; on the connection's event loop.
     * The action must not block.
     *
     * @return a handle that forgets the action again
     */
    AutoCloseable onClose(Runnable action);

    /** The thread that serves the connection, with others: for what is short and does not block. */
    ScheduledExecutorService thread();

    /**
     * Takes no more requests from the client for so long; on any thread. What is under way goes on, and is answered. A
     * connection that is none of the network takes no notice.
     */
    default void throttle(int throttleMs) {}
}
