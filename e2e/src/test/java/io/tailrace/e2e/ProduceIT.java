package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.e2e.client.Clients;
import io.tailrace.e2e.record.LogReader;
import io.tailrace.e2e.wire.Requests;
import io.tailrace.e2e.wire.WireConnection;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.Crc32C;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What produce requests get for an answer, above all the bad ones. */
class ProduceIT {

    private static final int COUNT_OFFSET = DefaultRecordBatch.RECORDS_COUNT_OFFSET;
    private static final int CRC_OFFSET = 17;
    private static final int ATTRIBUTES_OFFSET = 21;

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @Test
    void shouldAnswerEachPartitionForItself() {
        // Given
        List<TopicPartition> partitions = BROKER.freshTopic(3);
        MemoryRecords corrupt = Requests.batch(2);
        flip(corrupt.buffer(), corrupt.sizeInBytes() - 1);
        ProduceRequest request = Requests.produce(
                partitions.get(0).topic(),
                List.of(
                        Requests.partitionData(0, Requests.batch(3)),
                        Requests.partitionData(1, corrupt),
                        Requests.partitionData(2, Requests.batch(1))),
                Requests.PRODUCE_BY_NAME);
        try (WireConnection connection = BROKER.connect()) {
            // When
            var answers = connection
                    .call(request, ProduceResponse.class)
                    .data()
                    .responses()
                    .iterator()
                    .next()
                    .partitionResponses();

            // Then
            assertThat(answers)
                    .extracting(answer -> answer.index() + " " + Errors.forCode(answer.errorCode()))
                    .containsExactlyInAnyOrder("0 NONE", "1 CORRUPT_MESSAGE", "2 NONE");
            assertThat(LogReader.endOffsets(BROKER.connection(), partitions).values())
                    .containsExactlyInAnyOrder(3L, 0L, 1L);
        }
    }

    @Test
    void shouldRefuseABatchAboveMaxMessageBytes() {
        // Given
        TopicPartition partition = BROKER.freshPartition(Map.of("max.message.bytes", "1000"));
        MemoryRecords records = MemoryRecords.withRecords(Compression.NONE, Requests.simpleRecords(1, 1_100));

        // Then
        assertThat(errorOf(Requests.produce(partition, records))).isEqualTo(Errors.MESSAGE_TOO_LARGE);
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(BROKER.connection())) {
            var record = new ProducerRecord<byte[], byte[]>(partition.topic(), 0, null, new byte[1_100]);
            assertThatThrownBy(() -> producer.send(record).get()).hasCauseInstanceOf(RecordTooLargeException.class);
        }
    }

    @Test
    void shouldTakeALargeKeyAndALargeValue() throws Exception {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        byte[] key = new byte[400_000];
        byte[] value = new byte[500_000];
        key[399_999] = 1;
        value[499_999] = 2;
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(BROKER.connection())) {
            // When
            producer.send(new ProducerRecord<>(partition.topic(), 0, 5L, key, value))
                    .get();
        }

        // Then
        var stored = LogReader.read(BROKER.connection(), List.of(partition))
                .getOrDefault(partition, List.of())
                .get(0)
                .content();
        assertThat(stored.key()).isEqualTo(Bytes.wrap(key));
        assertThat(stored.value()).isEqualTo(Bytes.wrap(value));
    }

    @Test
    void shouldRefuseUnknownTopicsAndPartitions() {
        // Given
        TopicPartition known = BROKER.freshPartition();

        // Then
        assertThat(errorOf(Requests.produce(new TopicPartition("nowhere", 0), Requests.batch(1))))
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(errorOf(Requests.produce(new TopicPartition(known.topic(), 7), Requests.batch(1))))
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(errorOf(Requests.produce(Uuid.randomUuid(), 0, Requests.batch(1))))
                .isEqualTo(Errors.UNKNOWN_TOPIC_ID);
    }

    @Test
    void shouldStampRecordsWithTheTimeOfTheAppend() throws Exception {
        // Given
        TopicPartition partition = BROKER.freshPartition(Map.of("message.timestamp.type", "LogAppendTime"));
        long before = System.currentTimeMillis();
        try (WireConnection connection = BROKER.connect();
                KafkaConsumer<byte[], byte[]> consumer = LogReader.consumer(BROKER.connection())) {
            // When
            var answer = Requests.call(connection, Requests.produce(partition, Requests.batch(3)));

            // Then
            assertThat(answer.logAppendTimeMs()).isBetween(before, System.currentTimeMillis());
            consumer.assign(List.of(partition));
            var records = consumer.poll(Duration.ofSeconds(10)).records(partition);
            assertThat(records).hasSize(3).allSatisfy(record -> {
                assertThat(record.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
                assertThat(record.timestamp()).isEqualTo(answer.logAppendTimeMs());
            });
        }
    }

    @Test
    void shouldNotAnswerWithoutAcknowledgement() {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        try (WireConnection connection = BROKER.connect()) {
            // When
            connection.writeWithoutAnswer(Requests.produce(partition, Requests.batch(4), (short) 0));

            // Then
            assertThat(Requests.metadata(connection, partition.topic()).name()).isEqualTo(partition.topic());
            var fetched = Requests.call(connection, Requests.fetch(partition, 0, 10_000, 1, 1_000_000));
            assertThat(Requests.recordCount(fetched)).isEqualTo(4);
        }
    }

    @Test
    void shouldRefuseAnUnknownNumberOfAcknowledgements() {
        // Given
        TopicPartition partition = BROKER.freshPartition();

        // Then
        assertThat(errorOf(Requests.produce(partition, Requests.batch(1), (short) 2)))
                .isEqualTo(Errors.INVALID_REQUIRED_ACKS);
    }

    @Test
    void shouldRefuseBatchesThatNoClientMaySend() {
        // Given
        TopicPartition partition = BROKER.freshPartition();

        // Then
        assertThat(errorOf(Requests.produce(partition, withAttributes(0x20)))).isEqualTo(Errors.INVALID_RECORD);
        assertThat(errorOf(Requests.produce(partition, withCount(1_000_000_000))))
                .isNotEqualTo(Errors.NONE);
        assertThat(errorOf(Requests.produce(partition, withCount(0)))).isNotEqualTo(Errors.NONE);
        assertThat(errorOf(Requests.produce(partition, withCount(-1)))).isNotEqualTo(Errors.NONE);
        assertThat(LogReader.endOffsets(BROKER.connection(), List.of(partition)).values())
                .containsExactly(0L);
    }

    @Test
    void shouldRefuseADecompressionBomb() {
        Assumptions.assumeFalse(SharedBroker.IS_REFERENCE, "Apache Kafka takes it");
        // Given: some 300 MB of zeros in less than max.message.bytes
        TopicPartition partition = BROKER.freshPartition();
        SimpleRecord[] records = Requests.simpleRecords(30, 10_000_000);
        MemoryRecords bomb =
                MemoryRecords.withRecords(Compression.gzip().level(9).build(), records);
        assertThat(bomb.sizeInBytes()).isLessThan(1_000_000);

        // Then
        assertThat(errorOf(Requests.produce(partition, bomb))).isEqualTo(Errors.MESSAGE_TOO_LARGE);
        assertThat(errorOf(Requests.produce(partition, Requests.batch(1)))).isEqualTo(Errors.NONE);
    }

    @Test
    void shouldRefuseTheIdOfATopicThatWasDeletedAndMadeAgain() throws Exception {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        try (WireConnection connection = BROKER.connect()) {
            Uuid oldId = Requests.metadata(connection, partition.topic()).topicId();
            assertThat(errorOf(Requests.produce(oldId, 0, Requests.batch(2)))).isEqualTo(Errors.NONE);

            // When
            Clients.deleteTopic(BROKER.connection(), partition.topic());
            Clients.createTopic(BROKER.connection(), partition.topic(), 1);

            // Then
            Uuid newId = Requests.metadata(connection, partition.topic()).topicId();
            assertThat(newId).isNotEqualTo(oldId);
            assertThat(errorOf(Requests.produce(oldId, 0, Requests.batch(1)))).isEqualTo(Errors.UNKNOWN_TOPIC_ID);
            var fetched = Requests.call(connection, Requests.fetch(oldId, 0, 0));
            assertThat(Errors.forCode(fetched.errorCode())).isEqualTo(Errors.UNKNOWN_TOPIC_ID);
            assertThat(Requests.call(connection, Requests.produce(newId, 0, Requests.batch(1)))
                            .baseOffset())
                    .isZero();
        }
    }

    @Test
    void shouldServeEveryVersionOfProduce() {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        try (WireConnection connection = BROKER.connect()) {
            Uuid id = Requests.metadata(connection, partition.topic()).topicId();
            short oldest = ApiKeys.PRODUCE.oldestVersion();
            for (short version = oldest; version <= ApiKeys.PRODUCE.latestVersion(); version++) {
                // When
                ProduceRequest request = version > Requests.PRODUCE_BY_NAME
                        ? Requests.produce(id, 0, Requests.batch(1))
                        : Requests.produce(
                                partition.topic(), List.of(Requests.partitionData(0, Requests.batch(1))), version);

                // Then
                var answer = Requests.call(connection, request);
                assertThat(Errors.forCode(answer.errorCode()))
                        .as("version %s", version)
                        .isEqualTo(Errors.NONE);
                assertThat(answer.baseOffset()).isEqualTo(version - oldest);
            }
        }
    }

    private static Errors errorOf(ProduceRequest request) {
        try (WireConnection connection = BROKER.connect()) {
            return Errors.forCode(Requests.call(connection, request).errorCode());
        }
    }

    private static MemoryRecords withAttributes(int attributes) {
        MemoryRecords records = Requests.batch(1);
        records.buffer().putShort(ATTRIBUTES_OFFSET, (short) attributes);
        return withCrc(records);
    }

    private static MemoryRecords withCount(int count) {
        MemoryRecords records = Requests.batch(1);
        records.buffer().putInt(COUNT_OFFSET, count);
        return withCrc(records);
    }

    private static MemoryRecords withCrc(MemoryRecords records) {
        ByteBuffer buffer = records.buffer();
        long crc = Crc32C.compute(buffer, ATTRIBUTES_OFFSET, records.sizeInBytes() - ATTRIBUTES_OFFSET);
        buffer.putInt(CRC_OFFSET, (int) crc);
        return records;
    }

    private static void flip(ByteBuffer buffer, int index) {
        buffer.put(index, (byte) ~buffer.get(index));
    }
}
