package io.tailrace.e2e.transaction;

import io.tailrace.e2e.client.Clients;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * What a worker is told. Immutable.
 *
 * @param life how many workers of this id there were before
 * @param consumes whether its transactions consume {@link #INPUT} as a member of {@link #GROUP}
 */
public record WorkerSettings(
        String bootstrapServers, String transactionalId, int life, long seed, boolean consumes, Path journalFile) {

    public static final List<String> OUTPUTS = List.of("made-0", "made-1", "made-2");
    public static final int PARTITIONS = 3;
    public static final String INPUT = "consumed";
    public static final String GROUP = "makers";

    static WorkerSettings parse(String[] arguments) {
        return new WorkerSettings(
                arguments[0],
                arguments[1],
                Integer.parseInt(arguments[2]),
                Long.parseLong(arguments[3]),
                Boolean.parseBoolean(arguments[4]),
                Path.of(arguments[5]));
    }

    List<String> arguments() {
        return List.of(
                bootstrapServers,
                transactionalId,
                Integer.toString(life),
                Long.toString(seed),
                Boolean.toString(consumes),
                journalFile.toString());
    }

    public static List<TopicPartition> outputs() {
        return Clients.partitions(OUTPUTS, PARTITIONS);
    }

    public static List<TopicPartition> inputs() {
        return Clients.partitions(List.of(INPUT), PARTITIONS);
    }

    /** The same worker's next life. */
    WorkerSettings next() {
        return new WorkerSettings(
                bootstrapServers,
                transactionalId,
                life + 1,
                seed + 1_000,
                consumes,
                journalFile.resolveSibling(transactionalId + "." + (life + 1) + ".journal"));
    }

    Map<String, Object> producerProperties() {
        Map<String, Object> properties = new HashMap<>(Clients.plaintext(bootstrapServers));
        properties.put("transactional.id", transactionalId);
        properties.put("transaction.timeout.ms", 10_000);
        properties.put("max.block.ms", 40_000);
        properties.put("linger.ms", 2);
        return properties;
    }

    Map<String, Object> consumerProperties() {
        Map<String, Object> properties = new HashMap<>(Clients.plaintext(bootstrapServers));
        properties.put("group.id", GROUP);
        properties.put("isolation.level", "read_committed");
        properties.put("enable.auto.commit", false);
        properties.put("auto.offset.reset", "earliest");
        properties.put("max.poll.records", 20);
        properties.put("session.timeout.ms", 6_000);
        properties.put("heartbeat.interval.ms", 1_000);
        return properties;
    }
}
