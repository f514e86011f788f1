package io.tailrace.forwarder.sink;

/**
 * What becomes of a record, or of a batch as it is stored, that was handed to the {@link TargetWriter}. Called by its network
 * thread, once.
 */
public interface Arrival {

    /**
     * The target has it, on all in-sync replicas.
     *
     * @param targetOffset of its first record
     */
    void onAcknowledged(long targetOffset);

    /** The target will never take it as it is. Nothing behind it in its partition was taken either. */
    void onRefused(Exception reason);

    /**
     * The target does not take the batch as it is, and nothing behind it in its partition was taken either: its records are to
     * be offered one by one, so that it shows which one it is. Only for who hands over batches.
     */
    default void onRefusedAsWhole(Exception reason) {
        onRefused(reason);
    }

    /** It was not taken, because something before it was not: it is to be offered again. */
    void onDiscarded();
}
