package io.tailrace.broker.log;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What it costs to check a record of a batch and to make rows of it for COPY, and the copy for the tail; times are those of a record. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class GroupRowsBenchmark {

    private static final int RECORDS = 150;
    private static final long NOW_MS = 1_000;

    @Param({"NONE", "LZ4"})
    public CompressionType compression;

    @Param({"100", "1024"})
    public int valueBytes;

    @Param({"records", "batches"})
    public String storageFormat;

    private final GlobalOffsets globalOffsets = new GlobalOffsets();
    private final GroupRows rows = new GroupRows(new BatchPayload(16 << 20), globalOffsets, 16 << 20);
    private Partition partition;
    private IncomingBatch batch;
    private long block;

    @Setup
    public void make() {
        SimpleRecord[] records = IntStream.range(0, RECORDS)
                .mapToObj(number ->
                        new SimpleRecord(NOW_MS, Batches.utf8("key-" + number), Batches.utf8("v".repeat(valueBytes))))
                .toArray(SimpleRecord[]::new);
        partition = Batches.partition(Map.of("storage.format", storageFormat));
        batch = IncomingBatch.of(
                Batches.compressed(compression, records),
                Batches.PRODUCE_VERSION,
                partition.topic().settings());
    }

    /** The global offsets are as good as free: a block of them is for a hundred thousand records. */
    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public int write() {
        if (block++ % (100_000 / RECORDS) == 0) {
            globalOffsets.add(block * 100_000);
        }
        rows.begin();
        rows.add(batch, partition, 100, NOW_MS);
        return rows.bytes();
    }
}
