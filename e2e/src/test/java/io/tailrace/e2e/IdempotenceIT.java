package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.record.LogReader;
import io.tailrace.e2e.wire.Requests;
import io.tailrace.e2e.wire.WireConnection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An idempotent producer's batches are stored once, however often they come: Kafka's window of five batches. */
class IdempotenceIT {

    private static final int BATCH = 3;

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    private TopicPartition partition = new TopicPartition("", 0);
    private long producerId;

    @BeforeEach
    void newProducer() {
        partition = BROKER.freshPartition();
        try (WireConnection connection = BROKER.connect()) {
            producerId = Requests.initProducerId(connection).producerId();
        }
    }

    @Test
    void shouldAnswerARepeatedBatchWithItsFirstOffset() {
        // Given
        for (int batch = 0; batch < 5; batch++) {
            assertStoredAt(send(0, batch * BATCH), (long) batch * BATCH);
        }

        // Then
        for (int batch = 0; batch < 5; batch++) {
            assertStoredAt(send(0, batch * BATCH), (long) batch * BATCH);
        }
        assertThat(end()).isEqualTo(5 * BATCH);
    }

    @Test
    void shouldRecogniseARepeatedBatchAfterARestart() {
        Assumptions.assumeFalse(SharedBroker.IS_REFERENCE, "restarts a broker of ours");
        // Given
        assertStoredAt(send(0, 0), 0);
        assertStoredAt(send(0, BATCH), BATCH);

        // When
        BROKER.program().killAndRestart();

        // Then
        assertStoredAt(send(0, 0), 0);
        assertStoredAt(send(0, BATCH), BATCH);
        assertThat(error(send(0, 3 * BATCH))).isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertStoredAt(send(0, 2 * BATCH), 2 * BATCH);
        assertThat(end()).isEqualTo(3 * BATCH);
    }

    @Test
    void shouldRefuseAGapInTheSequence() {
        // Given
        assertStoredAt(send(0, 0), 0);

        // Then
        assertThat(error(send(0, 2 * BATCH))).isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertStoredAt(send(0, BATCH), BATCH);
    }

    @Test
    void shouldRefuseABatchThatHasLeftTheWindow() {
        // Given
        for (int batch = 0; batch < 6; batch++) {
            assertStoredAt(send(0, batch * BATCH), (long) batch * BATCH);
        }

        // Then
        assertThat(error(send(0, 0))).isIn(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER, Errors.DUPLICATE_SEQUENCE_NUMBER);
        assertThat(end()).isEqualTo(6 * BATCH);
    }

    @Test
    void shouldRefuseAnOlderEpoch() {
        // Given
        assertStoredAt(send(0, 0), 0);
        assertStoredAt(send(1, 0), BATCH);

        // Then
        assertThat(error(send(0, BATCH))).isEqualTo(Errors.INVALID_PRODUCER_EPOCH);
        assertThat(error(send(2, BATCH))).isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertStoredAt(send(1, BATCH), 2 * BATCH);
    }

    @Test
    void shouldGoOnWhereTheSequenceBeginsAgain() {
        // Given: an unknown producer may begin anywhere (KIP-360)
        int last = Integer.MAX_VALUE - BATCH + 1;
        assertStoredAt(send(0, last), 0);

        // Then
        assertStoredAt(send(0, 0), BATCH);
        assertStoredAt(send(0, last), 0);
        assertStoredAt(send(0, BATCH), 2 * BATCH);
    }

    @Test
    void shouldKeepPartitionsAndProducersApart() {
        // Given
        TopicPartition other = BROKER.freshPartition();
        long otherProducer;
        try (WireConnection connection = BROKER.connect()) {
            otherProducer = Requests.initProducerId(connection).producerId();
        }

        // Then
        assertStoredAt(send(partition, producerId, 0, 0), 0);
        assertStoredAt(send(other, producerId, 0, 0), 0);
        assertStoredAt(send(partition, otherProducer, 0, 0), BATCH);
        assertStoredAt(send(partition, producerId, 0, 0), 0);
    }

    @Test
    void shouldGiveEveryProducerAnIdOfItsOwn() {
        Assumptions.assumeFalse(SharedBroker.IS_REFERENCE, "Apache Kafka counts from 0");
        // When
        Set<Long> ids = new HashSet<>();
        try (WireConnection connection = BROKER.connect()) {
            for (int i = 0; i < 50; i++) {
                var answer = Requests.initProducerId(connection);
                assertThat(answer.producerEpoch()).isZero();
                ids.add(answer.producerId());
            }
        }

        // Then
        assertThat(ids).hasSize(50).doesNotContain(producerId).allMatch(id -> id >= 1L << 40);
    }

    private PartitionProduceResponse send(int epoch, int baseSequence) {
        return send(partition, producerId, epoch, baseSequence);
    }

    private static PartitionProduceResponse send(TopicPartition to, long producer, int epoch, int baseSequence) {
        MemoryRecords records = MemoryRecords.withIdempotentRecords(
                Compression.NONE, producer, (short) epoch, baseSequence, Requests.simpleRecords(BATCH, 20));
        try (WireConnection connection = BROKER.connect()) {
            return Requests.call(connection, Requests.produce(to, records));
        }
    }

    private static void assertStoredAt(PartitionProduceResponse answer, long offset) {
        assertThat(error(answer)).isEqualTo(Errors.NONE);
        assertThat(answer.baseOffset()).isEqualTo(offset);
    }

    private static Errors error(PartitionProduceResponse answer) {
        return Errors.forCode(answer.errorCode());
    }

    private long end() {
        return LogReader.endOffsets(BROKER.connection(), List.of(partition))
                .values()
                .iterator()
                .next();
    }
}
