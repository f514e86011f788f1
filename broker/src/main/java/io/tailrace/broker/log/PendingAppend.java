package io.tailrace.broker.log;

import java.util.concurrent.CompletableFuture;

/** A batch that waits to be written, and the answer to its producer. */
record PendingAppend(
        Partition partition, IncomingBatch batch, long deadlineNs, CompletableFuture<AppendResult> answer) {}
