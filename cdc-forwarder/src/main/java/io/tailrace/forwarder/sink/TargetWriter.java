package io.tailrace.forwarder.sink;

import io.tailrace.forwarder.decode.LogBatch;
import io.tailrace.forwarder.decode.LogEntry;
import io.tailrace.forwarder.decode.LogRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes records to the target as a producer that outlives its process ({@link ProducerIdentity}), which Kafka's own
 * producer cannot be. Where nobody else writes, each record gets to the target once, whoever is killed: see {@link
 * PartitionBatches}.
 *
 * <p>Safe for one thread that hands records over, beside its own network thread. Owns: that thread and its connections.
 */
public final class TargetWriter implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(TargetWriter.class);
    private static final long CLOSE_TIMEOUT_MS = 1_000;
    /** Until it is looked at again whether a broker can be written to; its answers wake earlier. */
    private static final long UNREADY_NS = 20_000_000;

    private final Compression compression;
    private final int batchBytes;
    private final long lingerNs;
    private final Map<TopicPartition, PartitionBatches> partitions = new HashMap<>();
    /** Those that have something waiting. */
    private final Set<PartitionBatches> busy = new LinkedHashSet<>();

    private final TargetNetwork network;
    private final Thread thread;

    private volatile boolean closing;
    private volatile @Nullable Exception failure;

    public TargetWriter(TargetSettings settings) {
        ProducerConfig config = new ProducerConfig(settings.producer());
        this.compression = compression(config);
        this.batchBytes = config.getInt(ProducerConfig.BATCH_SIZE_CONFIG);
        this.lingerNs = config.getLong(ProducerConfig.LINGER_MS_CONFIG) * 1_000_000L;
        this.network = new TargetNetwork(config, this::onAnswer);
        this.thread = new Thread(this::run, "target-writer");
        thread.setDaemon(true);
        thread.start();
    }

    private static Compression compression(ProducerConfig config) {
        CompressionType type = CompressionType.forName(config.getString(ProducerConfig.COMPRESSION_TYPE_CONFIG));
        return switch (type) {
            case GZIP ->
                Compression.gzip()
                        .level(config.getInt(ProducerConfig.COMPRESSION_GZIP_LEVEL_CONFIG))
                        .build();
            case LZ4 ->
                Compression.lz4()
                        .level(config.getInt(ProducerConfig.COMPRESSION_LZ4_LEVEL_CONFIG))
                        .build();
            case ZSTD ->
                Compression.zstd()
                        .level(config.getInt(ProducerConfig.COMPRESSION_ZSTD_LEVEL_CONFIG))
                        .build();
            case NONE, SNAPPY -> Compression.of(type).build();
        };
    }

    /** Where a partition ends on the target: the next record handed over for it is to get this offset. */
    public synchronized void begin(TopicPartition partition, long endOffset, ProducerIdentity identity) {
        partitions.computeIfAbsent(partition, PartitionBatches::new).begin(endOffset, identity);
        network.add(partition.topic());
    }

    /**
     * Takes a record for a partition that has begun, or a batch that has a record at each of its offsets; how it ends is told to
     * {@code arrival}.
     *
     * @return false if it was not taken because the partition is lost, and must {@link #begin} anew
     */
    public boolean write(TopicPartition partition, LogEntry entry, Arrival arrival) {
        boolean wakeUp;
        synchronized (this) {
            PartitionBatches batches = partitions.get(partition);
            if (batches == null || !batches.isBegun() || closing) {
                return false;
            }
            wakeUp = append(batches, entry, arrival);
            busy.add(batches);
        }
        if (wakeUp) {
            network.wakeUp();
        }
        return true;
    }

    /** @return whether it is worth looking what may go */
    private boolean append(PartitionBatches batches, LogEntry entry, Arrival arrival) {
        if (entry instanceof LogBatch stored) {
            batches.append(stored, arrival, System.nanoTime());
            return true;
        }
        OutgoingRecord record = new OutgoingRecord((LogRow) entry, arrival);
        return batches.append(record, compression, batchBytes, System.nanoTime());
    }

    /** Why nothing more can be written at all, or null. */
    public @Nullable Exception failure() {
        return failure;
    }

    private void run() {
        try {
            while (!closing) {
                network.poll(send());
            }
        } catch (RuntimeException broken) {
            fail(broken);
        } finally {
            fail(new IllegalStateException("the writer's thread has ended"));
            synchronized (this) {
                partitions.values().forEach(PartitionBatches::abandon);
            }
            network.close();
        }
    }

    private void fail(Exception reason) {
        if (!closing) {
            failure = reason;
            closing = true;
            LOGGER.atDebug().setCause(reason).log("the writer cannot go on");
        }
    }

    /** Sends what may go. @return milliseconds until more may */
    private synchronized long send() {
        long nowNs = System.nanoTime();
        Map<String, List<TargetBatch>> byNode = new HashMap<>();
        long waitNs = Long.MAX_VALUE;
        for (Iterator<PartitionBatches> each = busy.iterator(); each.hasNext(); ) {
            PartitionBatches batches = each.next();
            waitNs = Math.min(waitNs, take(batches, nowNs, byNode));
            if (!batches.hasWaiting()) {
                each.remove();
            }
        }
        byNode.forEach(network::send);
        return waitNs == Long.MAX_VALUE ? waitNs : (waitNs + 999_999) / 1_000_000;
    }

    /** Takes the partition's next batch, if it may go. @return nanoseconds until it is worth looking again */
    private long take(PartitionBatches batches, long nowNs, Map<String, List<TargetBatch>> byNode) {
        TargetNetwork.Leader leader = network.leader(batches.partition());
        if (leader == null || !network.isReady(leader)) {
            return UNREADY_NS;
        }
        TargetBatch batch = batches.take(leader, nowNs, lingerNs);
        if (batch != null) {
            byNode.computeIfAbsent(leader.node().idString(), node -> new ArrayList<>())
                    .add(batch);
        }
        return batches.dueInNs(nowNs, lingerNs);
    }

    /** Called by the network thread, inside {@link TargetNetwork#poll}. */
    private synchronized void onAnswer(TargetBatch batch, BatchAnswer answer) {
        PartitionBatches batches = batch.partition();
        long nowNs = System.nanoTime();
        switch (answer.kind()) {
            case ACKNOWLEDGED -> batches.onAcknowledged(batch, answer.baseOffset(), nowNs);
            case LATER -> batches.onFailed(batch, nowNs + answer.retryAfterNs());
            case UNKNOWN -> batches.onUnknown(batch, nowNs + answer.retryAfterNs());
            case OUT_OF_ORDER -> batches.onOutOfOrder(batch, nowNs + answer.retryAfterNs());
            case REFUSED -> batches.onRefused(batch, Objects.requireNonNull(answer.reason()));
            case FATAL -> {
                batches.onFailed(batch, nowNs);
                fail(Objects.requireNonNull(answer.reason()));
            }
        }
        if (batches.hasWaiting()) {
            busy.add(batches);
        }
    }

    /** Gives up what is still on its way. */
    @Override
    public void close() {
        closing = true;
        network.wakeUp();
        try {
            thread.join(CLOSE_TIMEOUT_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
