package io.tailrace.broker.log;

/** Waits for records in a partition. Called on an appender's thread among others, so it must not block. */
public interface AppendWaiter {

    /**
     * More records may be read.
     *
     * @param bytes what they took as sent, or 0 where that is not known
     * @param stable false while an open transaction keeps them from readers of committed records
     */
    void onAppended(int bytes, boolean stable);

    /** A transaction has ended: what readers of committed records waited for may be there. */
    void onStable();

    /** The first offset that may be read is a later one now. */
    void onLogStartMoved();

    /** The topic was deleted. */
    void onDeleted();
}
