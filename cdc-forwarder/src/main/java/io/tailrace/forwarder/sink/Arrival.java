package io.tailrace.forwarder.sink;

/** What becomes of a record that was handed to the {@link TargetWriter}. Called by its network thread, once. */
public interface Arrival {

    /** The target has it, on all in-sync replicas. */
    void onAcknowledged(long targetOffset);

    /** The target will never take it as it is. Nothing behind it in its partition was taken either. */
    void onRefused(Exception reason);

    /** It was not taken, because something before it was not: it is to be offered again. */
    void onDiscarded();
}
