package io.tailrace.cli.shadow;

/** A range of a partition's log that is to be sent again. */
record ReplayRange(int partition, long startInc, long endExc) {}
