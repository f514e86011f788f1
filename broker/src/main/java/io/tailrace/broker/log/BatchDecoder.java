package io.tailrace.broker.log;

/** Takes the compression off stored batches. Confined to one thread, which owns the buffer. */
public final class BatchDecoder {

    /**
     * What was stored was within log.max_uncompressed_batch_bytes then, which may have been lowered since: this is the most
     * that it can be.
     */
    private static final int MAX_BYTES = 1 << 30;

    private final BatchPayload payload = new BatchPayload(MAX_BYTES);

    /**
     * The batch's records; valid until the next call.
     *
     * @throws org.apache.kafka.common.errors.CorruptRecordException for what cannot be decompressed
     */
    public BatchRecords decode(StoredBatch batch) {
        return new BatchRecords(batch, payload.records(batch.payload()));
    }
}
