package io.tailrace.e2e.client;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** A producer of a {@link ScenarioClient}. Its calls run one after the other. */
public interface ScenarioProducer extends AutoCloseable {

    /** Sends all, waits for all, and fails if one does. */
    List<Place> send(List<Message> messages);

    /** Once, before the first transaction: fences off older producers of this id. */
    void initTransactions();

    void begin();

    /** Adds the offsets to the transaction, without naming a member of the group. */
    void sendOffsets(String group, Map<TopicPartition, CommittedOffset> offsets);

    void commit();

    void abort();

    @Override
    void close();

    default Place send(Message message) {
        return send(List.of(message)).get(0);
    }
}
