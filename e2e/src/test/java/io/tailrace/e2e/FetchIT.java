package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.wire.Requests;
import io.tailrace.e2e.wire.WireConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Fetch: bounds, waiting, and what is out of reach. Times are asserted loosely: the machine may be busy. */
class FetchIT {

    private static final int LARGE = 1_000_000;
    private static final Duration SOON = Duration.ofSeconds(20);

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @Test
    void shouldAnswerAtOnceWithoutAWait() {
        // Given
        TopicPartition empty = BROKER.freshPartition();

        // When
        var answer = fetch(empty, 0, 0, 1, LARGE);

        // Then
        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NONE);
        assertThat(Requests.recordCount(answer)).isZero();
        assertThat(answer.highWatermark()).isZero();
        assertThat(answer.logStartOffset()).isZero();
    }

    @Test
    void shouldReadFromAnyOffset() {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        produce(partition, 5, 10);
        produce(partition, 5, 10);

        // Then
        for (int offset = 0; offset <= 10; offset++) {
            var answer = fetch(partition, offset, 0, 1, LARGE);
            assertThat(lastOffset(answer)).isEqualTo(offset == 10 ? -1 : 9);
            assertThat(answer.highWatermark()).isEqualTo(10);
        }
    }

    @Test
    void shouldRefuseOffsetsOutOfRange() {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        produce(partition, 2, 10);

        // Then
        assertThat(error(fetch(partition, 3, 0, 1, LARGE))).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
        assertThat(error(fetch(partition, Long.MAX_VALUE, 0, 1, LARGE))).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
        assertThat(error(fetch(partition, -1, 0, 1, LARGE))).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
        assertThat(error(fetch(partition, 2, 0, 1, LARGE))).isEqualTo(Errors.NONE);
    }

    @Test
    void shouldRefuseWhatIsUnknown() {
        // Given
        TopicPartition partition = BROKER.freshPartition();

        // Then
        assertThat(error(fetch(new TopicPartition("nowhere", 0), 0, 0, 1, LARGE)))
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(error(fetch(new TopicPartition(partition.topic(), 9), 0, 0, 1, LARGE)))
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        try (WireConnection connection = BROKER.connect()) {
            assertThat(error(Requests.call(connection, Requests.fetch(Uuid.randomUuid(), 0, 0))))
                    .isEqualTo(Errors.UNKNOWN_TOPIC_ID);
        }
    }

    @Test
    void shouldGiveTheFirstRecordHoweverSmallTheBound() {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        produce(partition, 1, 50_000);
        produce(partition, 1, 50_000);

        // When
        var answer = fetch(partition, 0, 0, 1, 1);

        // Then
        assertThat(lastOffset(answer)).isZero();
    }

    @Test
    void shouldKeepToMaxBytes() {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        for (int i = 0; i < 10; i++) {
            produce(partition, 1, 1_000);
        }

        // When
        var answer = fetch(partition, 0, 0, 1, 3_500);

        // Then
        assertThat(answer.records().sizeInBytes()).isLessThanOrEqualTo(3_500);
        assertThat(lastOffset(answer)).isBetween(1L, 3L);
    }

    @Test
    void shouldWaitForTheTimeThatTheClientGives() {
        // Given
        TopicPartition empty = BROKER.freshPartition();
        long startNs = System.nanoTime();

        // When
        var answer = fetch(empty, 0, 1_000, 1, LARGE);

        // Then
        assertThat(Requests.recordCount(answer)).isZero();
        assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isBetween(Duration.ofMillis(950), SOON);
    }

    @Test
    void shouldBeWokenByAnAppend() {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        List<WireConnection> waiting = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            WireConnection connection = BROKER.connect();
            connection.write(Requests.fetch(partition, 0, 55_000, 1, LARGE));
            waiting.add(connection);
        }
        long startNs = System.nanoTime();

        // When
        produce(partition, 3, 10);

        // Then
        for (WireConnection connection : waiting) {
            assertThat(Requests.recordCount(Requests.readFetch(connection))).isEqualTo(3);
            connection.close();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isLessThan(SOON);
    }

    @Test
    void shouldWaitForMinBytes() {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        try (WireConnection connection = BROKER.connect()) {
            connection.write(Requests.fetch(partition, 0, 55_000, 5_000, LARGE));

            // When
            for (int i = 0; i < 6; i++) {
                produce(partition, 1, 1_000);
            }

            // Then
            var answer = Requests.readFetch(connection);
            assertThat(answer.records().sizeInBytes()).isGreaterThanOrEqualTo(5_000);
        }
    }

    @Test
    void shouldGoOnAfterAConsumerThatLeavesWhileItWaits() {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        WireConnection leaving = BROKER.connect();
        leaving.write(Requests.fetch(partition, 0, 55_000, 1, LARGE));

        // When
        leaving.close();

        // Then
        produce(partition, 1, 10);
        assertThat(Requests.recordCount(fetch(partition, 0, 0, 1, LARGE))).isEqualTo(1);
    }

    private static FetchResponseData.PartitionData fetch(
            TopicPartition partition, long offset, int maxWaitMs, int minBytes, int maxBytes) {
        try (WireConnection connection = BROKER.connect()) {
            return Requests.call(connection, Requests.fetch(partition, offset, maxWaitMs, minBytes, maxBytes));
        }
    }

    private static void produce(TopicPartition partition, int records, int valueBytes) {
        MemoryRecords batch = MemoryRecords.withRecords(Compression.NONE, Requests.simpleRecords(records, valueBytes));
        try (WireConnection connection = BROKER.connect()) {
            assertThat(Requests.call(connection, Requests.produce(partition, batch))
                            .errorCode())
                    .isEqualTo(Errors.NONE.code());
        }
    }

    /** Of the records in the answer; -1 without any. */
    private static long lastOffset(FetchResponseData.PartitionData answer) {
        long last = -1;
        for (var batch : ((MemoryRecords) answer.records()).batches()) {
            last = batch.lastOffset();
        }
        return last;
    }

    private static Errors error(FetchResponseData.PartitionData answer) {
        return Errors.forCode(answer.errorCode());
    }
}
