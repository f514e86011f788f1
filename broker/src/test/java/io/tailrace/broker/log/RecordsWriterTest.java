package io.tailrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

class RecordsWriterTest {

    private static SimpleRecord record(long timestampMs, int valueBytes) {
        return new SimpleRecord(timestampMs, new byte[0], new byte[valueBytes]);
    }

    private static List<Record> records(MemoryRecords records) {
        List<Record> all = new ArrayList<>();
        records.records().forEach(all::add);
        return all;
    }

    @Test
    void shouldAlwaysTakeTheFirstRecord() {
        // Given
        RecordsWriter writer = new RecordsWriter(16, 10);

        // When
        boolean first = writer.add(5, record(1, 1000), false);
        boolean second = writer.add(6, record(1, 1), false);

        // Then
        assertThat(first).isTrue();
        assertThat(second).isFalse();
        assertThat(records(writer.finish())).extracting(Record::offset).containsExactly(5L);
    }

    @Test
    void shouldStayWithinItsBound() {
        // Given
        RecordsWriter writer = new RecordsWriter(16, 1000);

        // When
        int count = 0;
        while (writer.add(count, record(count, 20), false)) {
            count++;
        }
        MemoryRecords written = writer.finish();

        // Then
        assertThat(written.sizeInBytes()).isBetween(900, 1000);
        assertThat(records(written)).hasSize(count);
    }

    @Test
    void shouldKeepGapsInTheOffsets() {
        // Given
        RecordsWriter writer = new RecordsWriter(16, 1000);

        // When
        writer.add(3, record(1, 1), false);
        writer.add(9, record(1, 1), false);

        // Then
        assertThat(records(writer.finish())).extracting(Record::offset).containsExactly(3L, 9L);
    }

    @Test
    void shouldKeepEveryTimestampWhereKindsOfTimeMix() {
        // Given
        RecordsWriter writer = new RecordsWriter(16, 10_000);

        // When
        writer.add(0, record(70, 1), false);
        writer.add(1, record(60, 1), false);
        writer.add(2, record(100, 1), true);
        writer.add(3, record(100, 1), true);
        writer.add(4, record(101, 1), true);
        writer.add(5, record(5, 1), false);
        MemoryRecords written = writer.finish();

        // Then
        assertThat(records(written)).extracting(Record::timestamp).containsExactly(70L, 60L, 100L, 100L, 101L, 5L);
        assertThat(written.batches())
                .extracting(batch -> batch.timestampType())
                .containsExactly(
                        TimestampType.CREATE_TIME,
                        TimestampType.LOG_APPEND_TIME,
                        TimestampType.LOG_APPEND_TIME,
                        TimestampType.CREATE_TIME);
        written.batches().forEach(batch -> batch.ensureValid());
    }

    @Test
    void shouldPutAControlBatchAtTheEndOfAHole() {
        // Given
        RecordsWriter writer = new RecordsWriter(16, 1000);
        writer.add(3, record(1, 1), false);

        // When
        writer.addHole(9);

        // Then: as every client passes it, in no transaction and of no producer
        List<MutableRecordBatch> batches = new ArrayList<>();
        writer.finish().batches().forEach(batches::add);
        assertThat(batches).hasSize(2);
        MutableRecordBatch hole = batches.get(1);
        hole.ensureValid();
        assertThat(hole.isControlBatch()).isTrue();
        assertThat(hole.isTransactional()).isFalse();
        assertThat(hole.hasProducerId()).isFalse();
        assertThat(hole.baseOffset()).isEqualTo(9);
        assertThat(hole.nextOffset()).isEqualTo(10);
        assertThat(hole.countOrNull()).isOne();
        assertThat(hole.sizeInBytes()).isEqualTo(HoleBatch.SIZE);
    }

    @Test
    void shouldLeaveAHoleOutWhereThereIsNoRoom() {
        // Given
        RecordsWriter writer = new RecordsWriter(16, 100);
        writer.add(3, record(1, 10), false);

        // When
        writer.addHole(9);

        // Then
        assertThat(records(writer.finish())).extracting(Record::offset).containsExactly(3L);
    }

    @Test
    void shouldBeEmptyWithoutRecords() {
        assertThat(new RecordsWriter(16, 100).finish().sizeInBytes()).isZero();
    }
}
