package io.tailrace.broker.net;

import io.netty.channel.ChannelOutboundInvoker;

/** What is done with connections in many places. Stateless. */
final class Connections {
    private Connections() {}

    /** Closes without waiting for it: nothing is left to be done should it fail. */
    @SuppressWarnings("FutureReturnValueIgnored")
    static void close(ChannelOutboundInvoker connection) {
        connection.close();
    }
}
