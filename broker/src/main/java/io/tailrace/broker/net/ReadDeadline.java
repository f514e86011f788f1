package io.tailrace.broker.net;

import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The time that a frame may take from its first byte to its last. A timer that runs out looks whether it still means the frame
 * being read and starts again if not: a frame costs no timer of its own. Confined to the event loop of the connection.
 */
final class ReadDeadline {
    private final EventExecutor eventLoop;
    private final long timeoutNs;
    private final ReadGate gate;
    private final Runnable onExpired;
    private boolean reading;
    private long startNs;
    private boolean timerSet;

    ReadDeadline(EventExecutor eventLoop, Duration timeout, ReadGate gate, Runnable onExpired) {
        this.eventLoop = eventLoop;
        this.timeoutNs = TimeUnit.NANOSECONDS.convert(timeout);
        this.gate = gate;
        this.onExpired = onExpired;
    }

    void frameBegun() {
        reading = true;
        restart();
        setTimer(timeoutNs);
    }

    void frameComplete() {
        reading = false;
    }

    /** The broker begins to read again: the time that it did not read is not the client's. */
    void restart() {
        startNs = eventLoop.ticker().nanoTime();
    }

    /** A timer is never cancelled: at worst it runs after its connection has closed, and finds nothing to do. */
    @SuppressWarnings("FutureReturnValueIgnored")
    private void setTimer(long delayNs) {
        if (!timerSet) {
            timerSet = true;
            eventLoop.schedule(this::onTimer, delayNs, TimeUnit.NANOSECONDS);
        }
    }

    private void onTimer() {
        timerSet = false;
        if (!reading) {
            return;
        }
        long remainingNs =
                gate.isOpen() ? startNs + timeoutNs - eventLoop.ticker().nanoTime() : timeoutNs;
        if (remainingNs > 0) {
            setTimer(remainingNs);
        } else {
            onExpired.run();
        }
    }
}
