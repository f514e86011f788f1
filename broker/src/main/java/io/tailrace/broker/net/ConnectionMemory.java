package io.tailrace.broker.net;

/**
 * One connection's access to the memory for requests.
 *
 * <p>When producers have filled that memory, because Postgres is slow, small requests must go on: consumers would lose their
 * group without heartbeats, and nobody could connect. So each connection may have one small request that is not counted.
 * Confined to the event loop of the connection.
 */
final class ConnectionMemory {
    static final int SMALL_REQUEST_BYTES = 2048;

    private final RequestMemory shared;
    private boolean allowanceTaken;

    ConnectionMemory(RequestMemory shared) {
        this.shared = shared;
    }

    /** As {@link RequestMemory#reserve}. */
    MemoryReservation reserve(int bytes, Runnable onGranted) {
        if (bytes <= SMALL_REQUEST_BYTES && !allowanceTaken) {
            allowanceTaken = true;
            return new Allowance();
        }
        return shared.reserve(bytes, onGranted);
    }

    private final class Allowance implements MemoryReservation {
        private boolean released;

        @Override
        public boolean grantedAtOnce() {
            return true;
        }

        @Override
        public void add(long bytes) {}

        @Override
        public void release() {
            if (!released) {
                released = true;
                allowanceTaken = false;
            }
        }
    }
}
