package io.tailrace.cli.dev;

/** Records ever written to the topics that exist now, and how many of them the target has acknowledged. */
record RecordCounts(long written, long forwarded) {

    long lag() {
        return written - forwarded;
    }
}
