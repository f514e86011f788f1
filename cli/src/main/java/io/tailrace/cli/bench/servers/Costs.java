package io.tailrace.cli.bench.servers;

import io.tailrace.cli.UserError;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeLogDirsResult;
import org.apache.kafka.common.Node;

/** What the servers have used up so far. Immutable. */
public final class Costs {

    /**
     * Seconds of processor time.
     *
     * @param postgres 0 for Kafka, which has none
     */
    public record Processor(double server, double postgres) {

        /** Since an earlier reading. */
        public Processor since(Processor earlier) {
            return new Processor(server - earlier.server, postgres - earlier.postgres);
        }

        public double total() {
            return server + postgres;
        }
    }

    private final BenchServers servers;

    public Costs(BenchServers servers) {
        this.servers = servers;
    }

    public Processor processor(Subject subject) {
        double server = ProcessorTime.seconds(servers.process(subject.contender()));
        return switch (subject.contender()) {
            case TAILRACE -> new Processor(server, ProcessorTime.seconds(servers.postgresProcess()));
            case KAFKA -> new Processor(server, 0);
        };
    }

    /** What the broker's or Kafka's JVM still holds after a full collection. */
    public long heapBytes(Subject subject) {
        return LiveHeap.bytes(servers.process(subject.contender()));
    }

    /** Of the topic's table with its indexes, or of Kafka's segments without theirs. */
    public long logBytes(Subject subject, String topic) {
        return switch (subject.contender()) {
            case TAILRACE -> servers.logTable().state(topic).bytes();
            case KAFKA -> segmentBytes(servers.bootstrapServers(subject), topic);
        };
    }

    private static long segmentBytes(String bootstrapServers, String topic) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            var nodes = admin.describeCluster().nodes().get(1, TimeUnit.MINUTES).stream()
                    .map(Node::id)
                    .toList();
            DescribeLogDirsResult directories = admin.describeLogDirs(nodes);
            return directories.allDescriptions().get(1, TimeUnit.MINUTES).values().stream()
                    .flatMap(node -> node.values().stream())
                    .flatMap(directory -> directory.replicaInfos().entrySet().stream())
                    .filter(replica -> replica.getKey().topic().equals(topic))
                    .mapToLong(replica -> replica.getValue().size())
                    .sum();
        } catch (ExecutionException | TimeoutException e) {
            throw new UserError("Apache Kafka did not tell the size of topic " + topic + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted");
        }
    }
}
