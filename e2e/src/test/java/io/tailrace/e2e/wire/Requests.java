package io.tailrace.e2e.wire;

import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.InitProducerIdResponse;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;

/** Requests that tests put together, and the interesting part of their answers. Stateless. */
public final class Requests {

    /** The last version that names topics. */
    public static final short PRODUCE_BY_NAME = 12;

    /** The last version that names topics. */
    public static final short FETCH_BY_NAME = 12;

    private static final int TIMEOUT_MS = 30_000;

    private Requests() {}

    public static MemoryRecords batch(int records) {
        return MemoryRecords.withRecords(Compression.NONE, simpleRecords(records, 10));
    }

    public static SimpleRecord[] simpleRecords(int count, int valueBytes) {
        SimpleRecord[] records = new SimpleRecord[count];
        for (int i = 0; i < count; i++) {
            records[i] = new SimpleRecord(1_000_000L + i, null, new byte[valueBytes]);
        }
        return records;
    }

    /** By name, acknowledged by all. */
    public static ProduceRequest produce(TopicPartition partition, MemoryRecords records) {
        return produce(partition, records, (short) -1);
    }

    public static ProduceRequest produce(TopicPartition partition, MemoryRecords records, short acks) {
        var topic = new ProduceRequestData.TopicProduceData()
                .setName(partition.topic())
                .setPartitionData(List.of(partitionData(partition.partition(), records)));
        return produce(PRODUCE_BY_NAME, acks, topic);
    }

    public static ProduceRequest produce(Uuid topicId, int partition, MemoryRecords records) {
        var topic = new ProduceRequestData.TopicProduceData()
                .setTopicId(topicId)
                .setPartitionData(List.of(partitionData(partition, records)));
        return produce(ApiKeys.PRODUCE.latestVersion(), (short) -1, topic);
    }

    /** One request for several partitions of a topic. */
    public static ProduceRequest produce(
            String topicName, List<ProduceRequestData.PartitionProduceData> partitions, short version) {
        var topic = new ProduceRequestData.TopicProduceData().setName(topicName).setPartitionData(partitions);
        return produce(version, (short) -1, topic);
    }

    public static ProduceRequestData.PartitionProduceData partitionData(int partition, MemoryRecords records) {
        return new ProduceRequestData.PartitionProduceData().setIndex(partition).setRecords(records);
    }

    private static ProduceRequest produce(short version, short acks, ProduceRequestData.TopicProduceData topic) {
        var topics = new ProduceRequestData.TopicProduceDataCollection();
        topics.add(topic);
        var data =
                new ProduceRequestData().setAcks(acks).setTimeoutMs(TIMEOUT_MS).setTopicData(topics);
        return new ProduceRequest(data, version);
    }

    /** The answer for the only partition. */
    public static ProduceResponseData.PartitionProduceResponse call(WireConnection connection, ProduceRequest request) {
        connection.write(request);
        return readProduce(connection);
    }

    /** The same for a request that was written before. */
    public static ProduceResponseData.PartitionProduceResponse readProduce(WireConnection connection) {
        ProduceResponse response = (ProduceResponse) connection.read();
        return response.data()
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .get(0);
    }

    /**
     * A fetch of one partition by name.
     *
     * @param maxBytes of the answer and of the partition
     */
    public static FetchRequest fetch(TopicPartition partition, long offset, int maxWaitMs, int minBytes, int maxBytes) {
        var topic = new FetchRequestData.FetchTopic()
                .setTopic(partition.topic())
                .setPartitions(List.of(fetchPartition(partition.partition(), offset, maxBytes)));
        return fetch(FETCH_BY_NAME, topic, maxWaitMs, minBytes, maxBytes);
    }

    public static FetchRequest fetch(Uuid topicId, int partition, long offset) {
        var topic = new FetchRequestData.FetchTopic()
                .setTopicId(topicId)
                .setPartitions(List.of(fetchPartition(partition, offset, 1_000_000)));
        return fetch(ApiKeys.FETCH.latestVersion(), topic, 0, 1, 1_000_000);
    }

    private static FetchRequest fetch(
            short version, FetchRequestData.FetchTopic topic, int maxWaitMs, int minBytes, int maxBytes) {
        var data = new FetchRequestData()
                .setMaxWaitMs(maxWaitMs)
                .setMinBytes(minBytes)
                .setMaxBytes(maxBytes)
                .setTopics(List.of(topic));
        return new FetchRequest(data, version);
    }

    private static FetchRequestData.FetchPartition fetchPartition(int partition, long offset, int maxBytes) {
        return new FetchRequestData.FetchPartition()
                .setPartition(partition)
                .setFetchOffset(offset)
                .setPartitionMaxBytes(maxBytes);
    }

    /** The answer for the only partition. */
    public static FetchResponseData.PartitionData call(WireConnection connection, FetchRequest request) {
        connection.write(request);
        return readFetch(connection);
    }

    public static FetchResponseData.PartitionData readFetch(WireConnection connection) {
        FetchResponse response = (FetchResponse) connection.read();
        return response.data().responses().get(0).partitions().get(0);
    }

    public static int recordCount(FetchResponseData.PartitionData partition) {
        int count = 0;
        for (Record record : ((MemoryRecords) partition.records()).records()) {
            record.ensureValid();
            count++;
        }
        return count;
    }

    public static InitProducerIdResponseData initProducerId(WireConnection connection) {
        var data = new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(60_000);
        var request = new InitProducerIdRequest.Builder(data).build();
        return connection.call(request, InitProducerIdResponse.class).data();
    }

    public static MetadataResponseData.MetadataResponseTopic metadata(WireConnection connection, String topic) {
        var names = List.of(new MetadataRequestData.MetadataRequestTopic().setName(topic));
        var data = new MetadataRequestData().setTopics(names).setAllowAutoTopicCreation(false);
        var request = new MetadataRequest(data, ApiKeys.METADATA.latestVersion());
        MetadataResponse response = connection.call(request, MetadataResponse.class);
        return response.data().topics().iterator().next();
    }
}
