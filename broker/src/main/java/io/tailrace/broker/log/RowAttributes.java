package io.tailrace.broker.log;

import org.apache.kafka.common.record.internal.RecordBatch;

/** What a row says of how its records were written: the same for both shapes. */
record RowAttributes(boolean logAppendTime, boolean transactional, long producerId, short producerEpoch) {

    /** Bit 3 of the attributes: the timestamp is the time of the append. */
    static final short LOG_APPEND_TIME = 0x08;

    /** Bit 4: written in a transaction; then the row has its producer's id and epoch. */
    static final short TRANSACTIONAL = 0x10;

    static RowAttributes of(RecordBatch header, boolean logAppendTime) {
        return new RowAttributes(logAppendTime, header.isTransactional(), header.producerId(), header.producerEpoch());
    }

    int bits() {
        return (logAppendTime ? LOG_APPEND_TIME : 0) | (transactional ? TRANSACTIONAL : 0);
    }

    /** The columns producer_id and producer_epoch. */
    void writeProducer(CopyBuffer rows) {
        if (transactional) {
            rows.longField(producerId);
            rows.shortField(producerEpoch);
        } else {
            rows.nullField();
            rows.nullField();
        }
    }
}
