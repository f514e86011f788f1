package io.tailrace.broker.net;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * The bytes that all requests together may take, from the moment a frame's length is known until its response is written.
 *
 * <p>Grants are made in the order of asking, so a large frame is not starved by small ones. A frame larger than the whole
 * budget is granted when nothing else is. Thread-safe (guarded by itself); callbacks run outside the lock, on the thread that
 * gave memory back.
 */
final class RequestMemory {
    private final long limitBytes;
    private final Queue<Reservation> waiters = new ArrayDeque<>();
    private long usedBytes;

    RequestMemory(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /**
     * Asks for memory.
     *
     * @param onGranted called when the memory is granted, unless it was {@linkplain Reservation#grantedAtOnce() granted at
     *     once}; a call may still be under way when {@link Reservation#release()} returns
     */
    synchronized Reservation reserve(int bytes, Runnable onGranted) {
        Reservation reservation = new Reservation(bytes, onGranted);
        if (waiters.isEmpty() && fits(bytes)) {
            grant(reservation);
            reservation.grantedAtOnce = true;
        } else {
            waiters.add(reservation);
        }
        return reservation;
    }

    synchronized long usedBytes() {
        return usedBytes;
    }

    synchronized int waiting() {
        return waiters.size();
    }

    private boolean fits(int bytes) {
        return usedBytes == 0 || usedBytes + bytes <= limitBytes;
    }

    private void grant(Reservation reservation) {
        usedBytes += reservation.bytes;
        reservation.state = State.GRANTED;
    }

    private void release(Reservation reservation) {
        List<Reservation> granted = new ArrayList<>();
        synchronized (this) {
            if (reservation.state == State.RELEASED) {
                return;
            }
            if (reservation.state == State.GRANTED) {
                usedBytes -= reservation.bytes;
            } else {
                waiters.remove(reservation);
            }
            reservation.state = State.RELEASED;
            for (Reservation next = waiters.peek(); next != null && fits(next.bytes); next = waiters.peek()) {
                grant(waiters.remove());
                granted.add(next);
            }
        }
        granted.forEach(next -> next.onGranted.run());
    }

    private enum State {
        WAITING,
        GRANTED,
        RELEASED
    }

    /** One frame's share. Whoever holds the frame holds this and releases it once. */
    final class Reservation {
        private final int bytes;
        private final Runnable onGranted;
        /** Set before the reservation is handed out, constant then. */
        private boolean grantedAtOnce;

        private State state = State.WAITING;

        private Reservation(int bytes, Runnable onGranted) {
            this.bytes = bytes;
            this.onGranted = onGranted;
        }

        /** Whether there was memory without waiting. */
        boolean grantedAtOnce() {
            return grantedAtOnce;
        }

        /** Gives the memory back, or stops waiting for it. Idempotent. */
        void release() {
            RequestMemory.this.release(this);
        }
    }
}
