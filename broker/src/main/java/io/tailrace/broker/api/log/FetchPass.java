package io.tailrace.broker.api.log;

import io.tailrace.broker.api.log.FetchOperation.Limits;
import io.tailrace.broker.api.log.FetchOperation.TopicTargets;
import io.tailrace.broker.log.Partition;
import io.tailrace.broker.sql.SqlErrors;
import java.sql.SQLException;
import java.util.List;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.FetchResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads everything that a fetch request names, once, in the order of the request. Confined to the thread that reads.
 */
final class FetchPass {

    private static final Logger LOGGER = LoggerFactory.getLogger(FetchPass.class);

    private final Limits limits;
    private final Reading reading;
    private final FetchResponseData data = new FetchResponseData();
    private long bytes;
    /**
     * What may be read, as Kafka counts it against {@code min.bytes}: where a limit cuts a partition short, all that the
     * limit allows, though the last whole record ends before it.
     */
    private long readableBytes;

    private boolean failed;
    private boolean databaseAway;
    private boolean cutOff;

    /** How the records of a partition are read; see {@link io.tailrace.broker.log.RecordSource}. */
    @FunctionalInterface
    interface Reading {
        /** Null if Postgres would have to be asked. */
        @Nullable
        MemoryRecords read(Partition partition, long startOffset, long endOffsetExc, int maxBytes) throws SQLException;
    }

    private FetchPass(Limits limits, Reading reading) {
        this.limits = limits;
        this.reading = reading;
    }

    static FetchPass over(List<TopicTargets> topics, Limits limits, Reading reading) {
        FetchPass pass = new FetchPass(limits, reading);
        topics.forEach(pass::read);
        return pass;
    }

    /** True if Postgres would have to be asked: then it holds no answer. */
    boolean isCutOff() {
        return cutOff;
    }

    FetchResponse response() {
        return FetchResponse.of(data);
    }

    /** The bytes of the records that were read. */
    long bytes() {
        return bytes;
    }

    /** True if a partition got an error, so that it is pointless to wait for more. */
    boolean hasFailed() {
        return failed;
    }

    /** How many bytes less there are to read than the client wants; 0 if there are enough. */
    long missingBytes() {
        return Math.max(0, limits.minBytes() - readableBytes);
    }

    private void read(TopicTargets topic) {
        FetchableTopicResponse response = topic.header().duplicate();
        data.responses().add(response);
        topic.targets().forEach(target -> response.partitions().add(read(target)));
    }

    private PartitionData read(FetchTarget target) {
        Errors error = target.error();
        if (error == Errors.NONE && databaseAway && target.hasRecords()) {
            // One wait for a connection is enough for a request.
            error = Errors.KAFKA_STORAGE_ERROR;
        }
        if (error != Errors.NONE || target.partition() == null) {
            return failed(target, error);
        }
        long room = Math.min(target.wanted().partitionMaxBytes(), limits.maxBytes() - bytes);
        // Of a response that holds something already, a record may be left out; the first record never.
        if (cutOff || !target.hasRecords() || (room <= 0 && bytes > 0)) {
            return target.answer(MemoryRecords.EMPTY);
        }
        return read(target, target.partition(), (int) Math.max(0, room));
    }

    private PartitionData read(FetchTarget target, Partition partition, int room) {
        long end = partition.endOffset(target.isolation());
        try {
            MemoryRecords read = reading.read(partition, target.wanted().fetchOffset(), end, room);
            if (read == null) {
                cutOff = true;
                return target.answer(MemoryRecords.EMPTY);
            }
            MemoryRecords records = read.sizeInBytes() <= room || bytes == 0 ? read : MemoryRecords.EMPTY;
            boolean cut = endOffset(records, target.wanted().fetchOffset()) < end;
            bytes += records.sizeInBytes();
            readableBytes += cut ? Math.max(room, records.sizeInBytes()) : records.sizeInBytes();
            return target.answer(records);
        } catch (SQLException e) {
            return failed(target, errorOf(target, e));
        } catch (RuntimeException e) {
            LOGGER.atError().setCause(e).addKeyValue("partition", partition).log("what the log holds cannot be served");
            return failed(target, Errors.UNKNOWN_SERVER_ERROR);
        }
    }

    private static long endOffset(MemoryRecords records, long startOffset) {
        long end = startOffset;
        for (RecordBatch batch : records.batches()) {
            end = batch.nextOffset();
        }
        return end;
    }

    private PartitionData failed(FetchTarget target, Errors error) {
        failed = true;
        return target.failed(error);
    }

    private Errors errorOf(FetchTarget target, SQLException e) {
        if (target.error() != Errors.NONE) {
            // Deleted while it was read.
            return target.error();
        }
        if (SqlErrors.isPassing(e)) {
            databaseAway = true;
            return Errors.KAFKA_STORAGE_ERROR;
        }
        LOGGER.atError().setCause(e).log("reading the log failed");
        return Errors.UNKNOWN_SERVER_ERROR;
    }
}
