package io.tailrace.broker.api.log;

import io.tailrace.broker.api.log.FetchOperation.Limits;
import io.tailrace.broker.api.log.FetchOperation.RecordSource;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads everything that a fetch request names, once, in the order of the request. Confined to the thread that reads.
 */
final class FetchPass {

    private static final Logger LOGGER = LoggerFactory.getLogger(FetchPass.class);

    private final Limits limits;
    private final RecordSource source;
    private final FetchResponseData data = new FetchResponseData();
    private long bytes;
    private long readableBytes;
    private boolean failed;
    private boolean databaseAway;

    private FetchPass(Limits limits, RecordSource source) {
        this.limits = limits;
        this.source = source;
    }

    static FetchPass over(List<TopicTargets> topics, Limits limits, RecordSource source) {
        FetchPass pass = new FetchPass(limits, source);
        for (TopicTargets topic : topics) {
            FetchableTopicResponse topicResponse = topic.header().duplicate();
            pass.data.responses().add(topicResponse);
            topic.targets().forEach(target -> topicResponse.partitions().add(pass.read(target)));
        }
        return pass;
    }

    FetchResponse response() {
        return FetchResponse.of(data);
    }

    /**
     * What may be read, as Kafka counts it against {@code min.bytes}: where a limit cuts a partition short, all that the
     * limit allows, though the last whole record ends before it.
     */
    long readableBytes() {
        return readableBytes;
    }

    /** The bytes of the records that were read. */
    long bytes() {
        return bytes;
    }

    /** True if a partition got an error, so that it is pointless to wait for more. */
    boolean hasFailed() {
        return failed;
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
        if (!target.hasRecords() || (room <= 0 && bytes > 0)) {
            return target.answer(MemoryRecords.EMPTY);
        }
        return read(target, target.partition(), (int) Math.max(0, room));
    }

    private PartitionData read(FetchTarget target, Partition partition, int room) {
        long end = partition.endOffset(target.isolation());
        try {
            MemoryRecords read = source.read(partition, target.wanted().fetchOffset(), end, room);
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
