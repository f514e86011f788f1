package io.tailrace.e2e.mirror;

import io.tailrace.e2e.program.AppProgram;
import io.tailrace.e2e.program.TestCluster;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.connect.mirror.MirrorMaker;

/** MirrorMaker 2 from the cluster of a test to another, by the properties that the documentation gives. Stateless. */
public final class Mirror {

    private static final Path DOCUMENTED = Path.of("..", "docs", "mirror-maker.properties");

    private Mirror() {}

    /**
     * One that does not run yet.
     *
     * @param targetServers where it carries everything to
     * @param settings over those of the documentation
     */
    public static AppProgram program(TestCluster cluster, String targetServers, Map<String, String> settings)
            throws IOException {
        Properties all = documented();
        all.putAll(quick());
        all.putAll(settings);
        all.put("tailrace.bootstrap.servers", cluster.bootstrapServers());
        all.put("kafka.bootstrap.servers", targetServers);
        Path file = cluster.directory().resolve("mirror-maker.properties");
        try (Writer writer = Files.newBufferedWriter(file)) {
            all.store(writer, null);
        }
        return cluster.app("mirror", MirrorMaker.class, List.of(file.toString()));
    }

    private static Properties documented() throws IOException {
        Properties documented = new Properties();
        try (Reader reader = Files.newBufferedReader(DOCUMENTED)) {
            documented.load(reader);
        }
        return documented;
    }

    /** A target of one node, a look every second or two, and a start that does not wait for a predecessor. */
    private static Map<String, String> quick() {
        Map<String, String> settings = new HashMap<>();
        for (String topic : List.of("config.storage", "offset.storage", "status.storage")) {
            settings.put(topic + ".replication.factor", "1");
        }
        settings.put("replication.factor", "1");
        settings.put("offset-syncs.topic.replication.factor", "1");
        settings.put("checkpoints.topic.replication.factor", "1");
        settings.put("heartbeats.topic.replication.factor", "1");
        settings.put("refresh.topics.interval.seconds", "2");
        settings.put("sync.topic.configs.interval.seconds", "2");
        settings.put("refresh.groups.interval.seconds", "2");
        settings.put("emit.checkpoints.interval.seconds", "1");
        settings.put("sync.group.offsets.interval.seconds", "1");
        settings.put("kafka.offset.flush.interval.ms", "500");
        settings.put("plugin.discovery", "service_load");
        settings.put("kafka.plugin.discovery", "service_load");
        settings.put("kafka.scheduled.rebalance.max.delay.ms", "0");
        settings.put("kafka.session.timeout.ms", "6000");
        settings.put("kafka.heartbeat.interval.ms", "1000");
        settings.put("kafka.producer.transaction.timeout.ms", "10000");
        return settings;
    }
}
