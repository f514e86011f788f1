package io.tailrace.broker.log;

import java.util.concurrent.CompletableFuture;

/**
 * A batch that waits to be written, and the answer to its producer.
 *
 * @param step what is committed together with it
 */
record PendingAppend(
        Partition partition,
        IncomingBatch batch,
        AppendStep step,
        long deadlineNs,
        CompletableFuture<AppendResult> answer) {

    PendingAppend(Partition partition, IncomingBatch batch, long deadlineNs, CompletableFuture<AppendResult> answer) {
        this(partition, batch, AppendStep.NONE, deadlineNs, answer);
    }
}
