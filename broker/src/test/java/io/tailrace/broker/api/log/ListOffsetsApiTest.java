package io.tailrace.broker.api.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.broker.api.TopicResolver;
import io.tailrace.broker.log.OffsetFinder;
import io.tailrace.broker.log.PartitionTable;
import io.tailrace.broker.log.recent.RecentMemory;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.protocol.TestConnection;
import io.tailrace.broker.topic.TopicFixture;
import io.tailrace.broker.topic.TopicRegistry;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.Test;

class ListOffsetsApiTest {

    private static final short VERSION = 7;

    private final AtomicInteger connections = new AtomicInteger();
    private final TopicRegistry registry = new TopicRegistry();
    private final PartitionTable partitions = new PartitionTable(new RecentMemory(0));
    private final ListOffsetsApi api = new ListOffsetsApi(
            new TopicResolver(registry, partitions), new OffsetFinder(databaseThatFails()), Runnable::run);
    private Exception failure = new SQLException("connection refused", "08001");

    private DataSource databaseThatFails() {
        return (DataSource) Proxy.newProxyInstance(
                DataSource.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    connections.incrementAndGet();
                    throw failure;
                });
    }

    private ListOffsetsResponseData list(long... timestamps) {
        ListOffsetsTopic topic = new ListOffsetsTopic()
                .setName("orders")
                .setPartitions(IntStream.range(0, timestamps.length)
                        .mapToObj(index -> new ListOffsetsPartition()
                                .setPartitionIndex(index)
                                .setTimestamp(timestamps[index]))
                        .toList());
        ListOffsetsRequest request = ListOffsetsRequest.Builder.forConsumer(true, IsolationLevel.READ_UNCOMMITTED)
                .setTargetTimes(List.of(topic))
                .build(VERSION);
        return (ListOffsetsResponseData) api.handle(new KafkaRequest(
                        new RequestHeader(ApiKeys.LIST_OFFSETS, VERSION, "test", 1),
                        request,
                        new TestConnection(),
                        100))
                .join()
                .data();
    }

    @Test
    void shouldAskADatabaseThatIsAwayOnlyOnce() {
        // Given
        TopicFixture.register(registry, partitions, "orders", 3);

        // When: two partitions by time, and one whose end is in memory
        ListOffsetsResponseData response = list(1000, 1000, ListOffsetsRequest.LATEST_TIMESTAMP);

        // Then
        assertThat(connections).hasValue(1);
        assertThat(response.topics().get(0).partitions())
                .extracting(partition -> Errors.forCode(partition.errorCode()))
                .containsExactly(Errors.KAFKA_STORAGE_ERROR, Errors.KAFKA_STORAGE_ERROR, Errors.NONE);
    }

    @Test
    void shouldSayOfEachPartitionWhetherABatchIsDamaged() {
        // Given
        TopicFixture.register(registry, partitions, "orders", 3);
        failure = new CorruptRecordException("Record is corrupt");

        // When
        ListOffsetsResponseData response =
                list(1000, ListOffsetsRequest.MAX_TIMESTAMP, ListOffsetsRequest.LATEST_TIMESTAMP);

        // Then
        assertThat(response.topics().get(0).partitions())
                .extracting(partition -> Errors.forCode(partition.errorCode()))
                .containsExactly(Errors.CORRUPT_MESSAGE, Errors.CORRUPT_MESSAGE, Errors.NONE);
    }
}
