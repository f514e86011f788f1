package io.tailrace.broker.protocol;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;

/** A connection that closes when a test says so. Confined to the test's thread, but actions may come from any. */
public final class TestConnection implements ClientConnection {

    private final List<Runnable> closeActions = new ArrayList<>();

    @Override
    public String id() {
        return "1-test";
    }

    @Override
    public InetAddress clientAddress() {
        return InetAddress.getLoopbackAddress();
    }

    @Override
    public synchronized AutoCloseable onClose(Runnable action) {
        closeActions.add(action);
        return () -> forget(action);
    }

    @Override
    public ScheduledExecutorService thread() {
        throw new UnsupportedOperationException("a connection in a test has no thread");
    }

    private synchronized void forget(Runnable action) {
        closeActions.remove(action);
    }

    /** Does what is to be done when the connection closes. */
    public synchronized void close() {
        List.copyOf(closeActions).forEach(Runnable::run);
        closeActions.clear();
    }
}
