package io.tailrace.forwarder.tables.target;

import io.tailrace.config.TableTargetConfig;
import io.tailrace.forwarder.decode.LogRow;
import io.tailrace.forwarder.sink.Arrival;
import io.tailrace.forwarder.sink.ProducerIdentity;
import io.tailrace.forwarder.sink.TargetSettings;
import io.tailrace.forwarder.sink.TargetWriter;
import io.tailrace.forwarder.tables.TablesException;
import io.tailrace.forwarder.tables.target.Progress.Transaction;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends changes, in their order, each once. A record's partition follows from its key and from how many partitions there
 * were when the topic was opened, so a change that comes again comes to the same one, and is there already if that
 * partition's last record is not before it.
 *
 * <p>Confined to one thread, but for the acknowledgements. Owns: the writer and the admin client.
 */
public final class ChangeSink implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(ChangeSink.class);

    private final ProducerIdentity identity;
    private final Progress progress;
    private final LostPartitions lost;
    private final TableTopics topics;
    private final LastRecords lastRecords;
    private final TargetWriter writer;
    /** The last position of each partition, by topic. */
    private final Map<String, Position[]> open = new HashMap<>();

    public ChangeSink(
            TableTargetConfig config,
            TargetSettings settings,
            ProducerIdentity identity,
            Progress progress,
            LostPartitions lost) {
        this.identity = identity;
        this.progress = progress;
        this.lost = lost;
        this.topics = new TableTopics(settings, config.partitions(), config.replicationFactor());
        this.lastRecords = new LastRecords(settings);
        this.writer = new TargetWriter(settings);
    }

    /** Whether this topic's changes can be sent at once. If not, {@link #open} blocks. */
    public boolean isOpen(String topic) {
        return open.containsKey(topic);
    }

    /**
     * Makes the topic if it is missing, and finds out where to go on.
     *
     * @return the greatest position that is there
     */
    public Position open(String topic) throws InterruptedException {
        List<Long> ends = topics.ends(topic);
        Position[] last = new Position[ends.size()];
        Position greatest = Position.START;
        for (int i = 0; i < last.length; i++) {
            TopicPartition partition = new TopicPartition(topic, i);
            lost.onOpen(partition, ends.get(i));
            last[i] = lastRecords.read(partition, ends.get(i));
            greatest = greatest.compareTo(last[i]) < 0 ? last[i] : greatest;
            writer.begin(partition, ends.get(i), identity);
        }
        open.put(topic, last);
        LOGGER.atInfo()
                .addKeyValue("topic", topic)
                .addKeyValue("partitions", last.length)
                .addKeyValue("records", ends.stream().mapToLong(Long::longValue).sum())
                .log("topic open");
        return greatest;
    }

    /**
     * What a change is as a record.
     *
     * @param row its content; the key decides on the partition, and without one it is the first
     */
    public record Outgoing(String topic, LogRow row, Position position) {

        /** A record that carries its position. */
        public static Outgoing of(
                String topic, Position position, byte @Nullable [] key, byte[] value, long timestampMs) {
            return new Outgoing(topic, new LogRow(0, 0, 0, timestampMs, key, value, position.headers()), position);
        }
    }

    /** Sends it to the partition of its key. There must be room for it. */
    public void send(Outgoing outgoing, Transaction transaction) {
        Position[] last = Objects.requireNonNull(open.get(outgoing.topic()));
        byte[] key = outgoing.row().key();
        int partition = key == null ? 0 : Utils.toPositive(Utils.murmur2(key)) % last.length;
        send(outgoing, partition, last, transaction);
    }

    /** Sends it to every partition: it concerns all keys. */
    public void sendToAll(Outgoing outgoing, Transaction transaction) {
        Position[] last = Objects.requireNonNull(open.get(outgoing.topic()));
        for (int partition = 0; partition < last.length; partition++) {
            send(outgoing, partition, last, transaction);
        }
    }

    private void send(Outgoing outgoing, int partition, Position[] last, Transaction transaction) {
        if (outgoing.position().compareTo(last[partition]) <= 0) {
            return;
        }
        last[partition] = outgoing.position();
        LogRow row = outgoing.row();
        TopicPartition target = new TopicPartition(outgoing.topic(), partition);
        progress.onSent(transaction, row.sizeBytes());
        if (!writer.write(target, row, new Delivery(target, transaction, row.sizeBytes()))) {
            onLost(target);
        }
    }

    private void onLost(TopicPartition partition) {
        Exception reason = writer.failure();
        TablesException failure = new TablesException(
                reason != null
                        ? "the target cannot be written to: " + reason.getMessage()
                        : "partition " + partition + " of the target does not end where it was expected to");
        if (progress.onFailed(failure) && reason == null) {
            lost.add(partition);
        }
    }

    /** Called on the network thread. */
    private final class Delivery implements Arrival {
        private final TopicPartition partition;
        private final Transaction transaction;
        private final int size;

        Delivery(TopicPartition partition, Transaction transaction, int size) {
            this.partition = partition;
            this.transaction = transaction;
            this.size = size;
        }

        @Override
        public void onAcknowledged(long targetOffset) {
            progress.onAcknowledged(transaction, size);
        }

        @Override
        public void onRefused(Exception reason) {
            progress.onFailed(new TablesException("the target refuses a record for " + partition
                    + ", and nothing is sent before it is taken: " + reason.getMessage()));
        }

        @Override
        public void onDiscarded() {
            onLost(partition);
        }
    }

    /** Gives up what is on its way. */
    @Override
    public void close() {
        progress.onFailed(new TablesException("the stream to the target is closed"));
        writer.close();
        topics.close();
    }
}
