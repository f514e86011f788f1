package io.tailrace.forwarder.reverse;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.forwarder.checkpoint.Position;
import io.tailrace.forwarder.offsets.OffsetRun;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

final class PieceTest {
    private static final TopicPartition TARGET = new TopicPartition("t", 3);

    private static List<ConsumerRecord<byte[], byte[]>> records(long... offsets) {
        return LongStream.of(offsets)
                .mapToObj(offset -> new ConsumerRecord<>("t", 3, offset, new byte[0], new byte[0]))
                .toList();
    }

    @Test
    void shouldGoOnWithTheRunOfTheMapAndBeginOneBehindEachHoleOfTheTarget() {
        // Given
        ReturningPartition partition =
                new ReturningPartition(TARGET, new Position(7, 3, 100, 205L, false), new OffsetRun(90, 195));

        // When
        Piece piece = Piece.of(partition, records(205, 206, 209, 210, 212), 214);
        piece.onAppended();

        // Then
        assertThat(piece.after().position()).isEqualTo(new Position(7, 3, 105, 214L, false));
        assertThat(piece.after().runs()).containsExactly(new OffsetRun(102, 209), new OffsetRun(104, 212));
        assertThat(partition.next()).isEqualTo(105);
        assertThat(partition.targetNext()).isEqualTo(214);
        assertThat(partition.lastRun()).isEqualTo(new OffsetRun(104, 212));
        assertThat(partition.isFilled()).isTrue();
    }

    @Test
    void shouldMoveOnAtTheTargetOnlyWhereNothingCame() {
        // Given
        ReturningPartition partition = new ReturningPartition(TARGET, new Position(7, 3, 100, null, true), null);

        // When
        Piece piece = Piece.of(partition, List.of(), 5);
        piece.onAppended();

        // Then
        assertThat(piece.after().position()).isEqualTo(new Position(7, 3, 100, 5L, true));
        assertThat(piece.after().runs()).isEmpty();
        assertThat(partition.isFilled()).isFalse();
    }
}
