package io.tailrace.broker.log;

/** Waits for records in a partition. Called on an appender's thread among others, so it must not block. */
public interface AppendWaiter {

    /** More records may be read; they took so many bytes as sent, or 0 where that is not known. */
    void onAppended(int bytes);

    /** The first offset that may be read is a later one now. */
    void onLogStartMoved();

    /** The topic was deleted. */
    void onDeleted();
}
