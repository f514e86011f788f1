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
     * @param onGranted called when the memory is granted, unless it was {@linkplain MemoryReservation#grantedAtOnce() granted at
     *     once}; a call may still be under way when {@link MemoryReservation#release()} returns
     */
    synchronized MemoryReservation reserve(int bytes, Runnable onGranted) {
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

    private boolean fits(long bytes) {
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

    private synchronized void add(Reservation reservation, long bytes) {
        if (reservation.state == State.GRANTED) {
            usedBytes += bytes;
            reservation.bytes += bytes;
        }
    }

    private final class Reservation implements MemoryReservation {
        private final Runnable onGranted;
        private long bytes;
        private State state = State.WAITING;

        /** Set before the reservation is handed out, constant then. */
        private boolean grantedAtOnce;

        private Reservation(int bytes, Runnable onGranted) {
            this.bytes = bytes;
            this.onGranted = onGranted;
        }

        @Override
        public boolean grantedAtOnce() {
            return grantedAtOnce;
        }

        @Override
        public void add(long added) {
            RequestMemory.this.add(this, added);
        }

        @Override
        public void release() {
            RequestMemory.this.release(this);
        }
    }
}
