package io.tailrace.broker.protocol;

import java.net.InetAddress;

/** A connection that never closes. */
public final class TestConnection implements ClientConnection {
    @Override
    public String id() {
        return "1-test";
    }

    @Override
    public InetAddress clientAddress() {
        return InetAddress.getLoopbackAddress();
    }

    @Override
    public AutoCloseable onClose(Runnable action) {
        return () -> {};
    }
}
