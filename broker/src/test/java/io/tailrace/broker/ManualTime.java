package io.tailrace.broker;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Timer;

/** A clock that a test moves. Confined to the test's thread, but may be read on any. */
public final class ManualTime implements Time {

    private final AtomicLong nowMs = new AtomicLong(1_000_000);

    public void advance(long ms) {
        nowMs.addAndGet(ms);
    }

    @Override
    public long milliseconds() {
        return nowMs.get();
    }

    @Override
    public long nanoseconds() {
        return TimeUnit.MILLISECONDS.toNanos(nowMs.get());
    }

    @Override
    public long hiResClockMs() {
        return nowMs.get();
    }

    @Override
    public void sleep(long ms) {
        advance(ms);
    }

    @Override
    public void waitObject(Object object, Supplier<Boolean> condition, long deadlineMs) {
        throw new UnsupportedOperationException("this clock only moves by advance; nothing here waits on it");
    }

    @Override
    public Timer timer(long timeoutMs) {
        return Time.SYSTEM.timer(timeoutMs);
    }
}
