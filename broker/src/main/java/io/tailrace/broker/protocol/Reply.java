package io.tailrace.broker.protocol;

import org.apache.kafka.common.network.Send;

/** What a connection does to end a request. */
public sealed interface Reply {

    /** Sends these bytes, length prefix included. */
    record Frame(Send bytes) implements Reply {}

    /** Sends nothing: the protocol has no response for a produce request with acks=0. */
    record Nothing() implements Reply {}

    /** Closes the connection, because nothing else tells the client that its request failed. */
    record Close(String reason) implements Reply {}
}
