package io.tailrace.e2e.wire;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AddOffsetsToTxnRequest;
import org.apache.kafka.common.requests.AddOffsetsToTxnResponse;
import org.apache.kafka.common.requests.AddPartitionsToTxnRequest;
import org.apache.kafka.common.requests.AddPartitionsToTxnResponse;
import org.apache.kafka.common.requests.EndTxnRequest;
import org.apache.kafka.common.requests.EndTxnResponse;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.InitProducerIdResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.TxnOffsetCommitRequest;
import org.apache.kafka.common.requests.TxnOffsetCommitResponse;
import org.awaitility.Awaitility;

/**
 * One transactional producer on one connection, in the versions before transactions version 2, but for
 * {@link #endWithNewEpoch}. Confined to one thread.
 */
public final class TransactionRequests {

    private static final short PRODUCE_VERSION = 11;
    private static final short ADD_PARTITIONS_VERSION = 3;
    private static final short END_VERSION = 4;
    private static final short END_WITH_NEW_EPOCH_VERSION = 5;
    private static final short OFFSETS_VERSION = 4;

    private final WireConnection connection;
    private final String transactionalId;
    private long producerId;
    private short epoch;
    private int sequence;

    private TransactionRequests(WireConnection connection, String transactionalId) {
        this.connection = connection;
        this.transactionalId = transactionalId;
    }

    /** One that has its producer id and epoch. */
    public static TransactionRequests begun(WireConnection connection, String transactionalId) {
        TransactionRequests requests = new TransactionRequests(connection, transactionalId);
        InitProducerIdResponseData answer = initRetrying(connection, transactionalId);
        requests.producerId = answer.producerId();
        requests.epoch = answer.producerEpoch();
        return requests;
    }

    private static InitProducerIdResponseData initRetrying(WireConnection connection, String transactionalId) {
        AtomicReference<InitProducerIdResponseData> last = new AtomicReference<>();
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
            var answer = init(connection, transactionalId, 60_000);
            last.set(answer);
            return !(Errors.forCode(answer.errorCode()).exception() instanceof RetriableException);
        });
        InitProducerIdResponseData answer = Objects.requireNonNull(last.get());
        if (answer.errorCode() != Errors.NONE.code()) {
            throw new AssertionError(Errors.forCode(answer.errorCode()));
        }
        return answer;
    }

    public static InitProducerIdResponseData init(WireConnection connection, String transactionalId, int timeoutMs) {
        var data = new InitProducerIdRequestData()
                .setTransactionalId(transactionalId)
                .setTransactionTimeoutMs(timeoutMs);
        var request = new InitProducerIdRequest.Builder(data).build();
        return connection.call(request, InitProducerIdResponse.class).data();
    }

    public long producerId() {
        return producerId;
    }

    public short epoch() {
        return epoch;
    }

    /** Goes on with another epoch than the broker gave. */
    public void pretendEpoch(int newEpoch) {
        epoch = (short) newEpoch;
    }

    public Errors addPartition(TopicPartition partition) {
        var topics = new AddPartitionsToTxnTopicCollection();
        topics.add(
                new AddPartitionsToTxnTopic().setName(partition.topic()).setPartitions(List.of(partition.partition())));
        var data = new AddPartitionsToTxnRequestData()
                .setV3AndBelowTransactionalId(transactionalId)
                .setV3AndBelowProducerId(producerId)
                .setV3AndBelowProducerEpoch(epoch)
                .setV3AndBelowTopics(topics);
        var request = new AddPartitionsToTxnRequest(data, ADD_PARTITIONS_VERSION);
        var answer = connection.call(request, AddPartitionsToTxnResponse.class).data();
        return Errors.forCode(answer.resultsByTopicV3AndBelow()
                .iterator()
                .next()
                .resultsByPartition()
                .iterator()
                .next()
                .partitionErrorCode());
    }

    /** One batch; the sequence goes on where it was stored. */
    public Errors produce(TopicPartition partition, String... values) {
        SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++) {
            records[i] = new SimpleRecord(1_000, null, values[i].getBytes(StandardCharsets.UTF_8));
        }
        MemoryRecords batch =
                MemoryRecords.withTransactionalRecords(Compression.NONE, producerId, epoch, sequence, records);
        ProduceRequest byName = Requests.produce(
                partition.topic(), List.of(Requests.partitionData(partition.partition(), batch)), PRODUCE_VERSION);
        byName.data().setTransactionalId(transactionalId);
        Errors error = Errors.forCode(Requests.call(connection, byName).errorCode());
        if (error == Errors.NONE) {
            sequence += values.length;
        }
        return error;
    }

    public Errors addOffsets(String group) {
        var data = new AddOffsetsToTxnRequestData()
                .setTransactionalId(transactionalId)
                .setProducerId(producerId)
                .setProducerEpoch(epoch)
                .setGroupId(group);
        var request = new AddOffsetsToTxnRequest(data, (short) 3);
        return Errors.forCode(
                connection.call(request, AddOffsetsToTxnResponse.class).data().errorCode());
    }

    public Errors commitOffset(String group, int generation, String member, TopicPartition partition, long offset) {
        var row = new TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition()
                .setPartitionIndex(partition.partition())
                .setCommittedOffset(offset);
        var topic = new TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic()
                .setName(partition.topic())
                .setPartitions(List.of(row));
        var data = new TxnOffsetCommitRequestData()
                .setTransactionalId(transactionalId)
                .setGroupId(group)
                .setProducerId(producerId)
                .setProducerEpoch(epoch)
                .setGenerationId(generation)
                .setMemberId(member)
                .setTopics(List.of(topic));
        var answer = connection.call(new TxnOffsetCommitRequest(data, OFFSETS_VERSION), TxnOffsetCommitResponse.class);
        return Errors.forCode(answer.data().topics().get(0).partitions().get(0).errorCode());
    }

    public Errors end(boolean commit) {
        return Errors.forCode(end(commit, END_VERSION).errorCode());
    }

    /** As in transactions version 2; goes on with the epoch that it is given. */
    public Errors endWithNewEpoch(boolean commit) {
        EndTxnResponseData answer = end(commit, END_WITH_NEW_EPOCH_VERSION);
        Errors error = Errors.forCode(answer.errorCode());
        if (error == Errors.NONE) {
            producerId = answer.producerId();
            epoch = answer.producerEpoch();
            sequence = 0;
        }
        return error;
    }

    private EndTxnResponseData end(boolean commit, short version) {
        var data = new EndTxnRequestData()
                .setTransactionalId(transactionalId)
                .setProducerId(producerId)
                .setProducerEpoch(epoch)
                .setCommitted(commit);
        var request = new EndTxnRequest.Builder(data, version > END_VERSION).build(version);
        return connection.call(request, EndTxnResponse.class).data();
    }
}
