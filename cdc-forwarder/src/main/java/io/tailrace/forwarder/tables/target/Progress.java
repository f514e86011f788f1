package io.tailrace.forwarder.tables.target;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is on its way to the target, and up to where all is there. Thread-safe: records are counted in by the thread of the
 * stream, and counted out by the network's.
 */
public final class Progress {
    private final long maxBytes;
    private final int maxRecords;
    /** Oldest first; those that are over and all there are taken out from the front. */
    private final Deque<Transaction> transactions = new ArrayDeque<>();

    private long bytes;
    private int records;
    private long acknowledged;
    private long confirmedLsn;
    private @Nullable RuntimeException failure;

    public Progress(long maxBytes, int maxRecords) {
        this.maxBytes = maxBytes;
        this.maxRecords = maxRecords;
    }

    /** A transaction with records on their way. Guarded by the lock of its {@link Progress}. */
    public static final class Transaction {
        private int pending;
        private long endLsn;
        private boolean over;

        private Transaction() {}
    }

    public synchronized Transaction begin() {
        Transaction transaction = new Transaction();
        transactions.addLast(transaction);
        return transaction;
    }

    /**
     * The transaction has no more records.
     *
     * @param endLsn from where on Postgres need not send it again
     */
    public synchronized void end(Transaction transaction, long endLsn) {
        transaction.over = true;
        transaction.endLsn = endLsn;
        confirm();
    }

    /** Whether a record of this size may go now; waits for it for a while. */
    public synchronized boolean awaitRoom(long size, long atMostMs) throws InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(atMostMs);
        while (!hasRoom(size)) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
            if (failure != null || leftMs <= 0) {
                return false;
            }
            wait(leftMs);
        }
        return true;
    }

    /** A record that is larger than all the room goes alone. */
    private boolean hasRoom(long size) {
        return records == 0 || (records < maxRecords && bytes + size <= maxBytes);
    }

    /**
     * Waits until nothing is on its way.
     *
     * @return whether that is so
     */
    public synchronized boolean awaitNothing(long atMostMs) throws InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(atMostMs);
        while (records > 0 && failure == null) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
            if (leftMs <= 0) {
                break;
            }
            wait(leftMs);
        }
        return records == 0;
    }

    synchronized void onSent(Transaction transaction, long size) {
        transaction.pending++;
        records++;
        bytes += size;
    }

    synchronized void onAcknowledged(Transaction transaction, long size) {
        transaction.pending--;
        records--;
        bytes -= size;
        acknowledged++;
        confirm();
        notifyAll();
    }

    /** Nothing more can be sent. @return whether this is the first reason for it */
    synchronized boolean onFailed(RuntimeException reason) {
        boolean first = failure == null;
        if (first) {
            failure = reason;
        }
        notifyAll();
        return first;
    }

    private void confirm() {
        for (Transaction oldest = transactions.peekFirst();
                oldest != null && oldest.over && oldest.pending == 0;
                oldest = transactions.peekFirst()) {
            confirmedLsn = oldest.endLsn;
            transactions.removeFirst();
        }
    }

    /** Every transaction that ends here or before is on the target; 0 if none was seen. */
    public synchronized long confirmedLsn() {
        return confirmedLsn;
    }

    /** How many records the target has acknowledged. */
    public synchronized long acknowledged() {
        return acknowledged;
    }

    /** Whether every transaction that has begun is over and on the target. */
    public synchronized boolean isIdle() {
        return transactions.isEmpty();
    }

    /** Throws why nothing more can be sent, if that is so. */
    public synchronized void check() {
        if (failure != null) {
            throw failure;
        }
    }
}
