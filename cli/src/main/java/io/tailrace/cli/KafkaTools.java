package io.tailrace.cli;

import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Apache Kafka's command-line tools by the names of its scripts, which do nothing but run these classes. */
final class KafkaTools {

    private static final String TOOLS = "org.apache.kafka.tools.";

    private static final Map<String, String> MAIN_CLASSES = new TreeMap<>(Map.ofEntries(
            Map.entry("kafka-acls", TOOLS + "AclCommand"),
            Map.entry("kafka-broker-api-versions", TOOLS + "BrokerApiVersionsCommand"),
            Map.entry("kafka-client-metrics", TOOLS + "ClientMetricsCommand"),
            Map.entry("kafka-cluster", TOOLS + "ClusterTool"),
            Map.entry("kafka-configs", "kafka.admin.ConfigCommand"),
            Map.entry("kafka-console-consumer", TOOLS + "consumer.ConsoleConsumer"),
            Map.entry("kafka-console-producer", TOOLS + "ConsoleProducer"),
            Map.entry("kafka-console-share-consumer", TOOLS + "consumer.ConsoleShareConsumer"),
            Map.entry("kafka-consumer-groups", TOOLS + "consumer.group.ConsumerGroupCommand"),
            Map.entry("kafka-consumer-perf-test", TOOLS + "ConsumerPerformance"),
            Map.entry("kafka-delete-records", TOOLS + "DeleteRecordsCommand"),
            Map.entry("kafka-dump-log", TOOLS + "DumpLogSegments"),
            Map.entry("kafka-e2e-latency", TOOLS + "EndToEndLatency"),
            Map.entry("kafka-features", TOOLS + "FeatureCommand"),
            Map.entry("kafka-get-offsets", TOOLS + "GetOffsetShell"),
            Map.entry("kafka-groups", TOOLS + "GroupsCommand"),
            Map.entry("kafka-leader-election", TOOLS + "LeaderElectionCommand"),
            Map.entry("kafka-log-dirs", TOOLS + "LogDirsCommand"),
            Map.entry("kafka-metadata-quorum", TOOLS + "MetadataQuorumCommand"),
            Map.entry("kafka-producer-perf-test", TOOLS + "ProducerPerformance"),
            Map.entry("kafka-reassign-partitions", TOOLS + "reassign.ReassignPartitionsCommand"),
            Map.entry("kafka-share-groups", TOOLS + "consumer.group.ShareGroupCommand"),
            Map.entry("kafka-streams-application-reset", TOOLS + "StreamsResetter"),
            Map.entry("kafka-topics", TOOLS + "TopicCommand"),
            Map.entry("kafka-transactions", TOOLS + "TransactionsCommand"),
            Map.entry("kafka-verifiable-consumer", TOOLS + "VerifiableConsumer"),
            Map.entry("kafka-verifiable-producer", TOOLS + "VerifiableProducer")));

    private KafkaTools() {}

    static Set<String> names() {
        return MAIN_CLASSES.keySet();
    }

    /**
     * Runs a tool in this process; most of them end it themselves.
     *
     * @param name with or without {@code .sh}
     */
    static void run(String name, List<String> arguments) throws Exception {
        try {
            mainClass(name).getMethod("main", String[].class).invoke(null, (Object) arguments.toArray(String[]::new));
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    static Class<?> mainClass(String name) throws ClassNotFoundException {
        String script = name.endsWith(".sh") ? name.substring(0, name.length() - ".sh".length()) : name;
        String mainClass = MAIN_CLASSES.get(script);
        if (mainClass == null) {
            throw new UserError("there is no tool \"" + name + "\"; known are " + String.join(", ", names()));
        }
        return Class.forName(mainClass);
    }
}
