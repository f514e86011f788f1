package io.tailrace.cli.bench;

import io.tailrace.cli.UserError;
import io.tailrace.cli.dev.ConfigFiles;
import io.tailrace.cli.dev.Program;
import io.tailrace.local.ChildProcess;
import io.tailrace.local.FreePorts;
import io.tailrace.local.KafkaOptions;
import io.tailrace.local.LocalKafka;
import io.tailrace.local.LocalPostgres;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The contenders: a broker with its Postgres, which flushes every commit to disk, and an Apache Kafka with its defaults,
 * each with a heap of 1 GiB (the default of Kafka's start script). All on temporary directories and free ports. Owns: the processes, which it stops in reverse order,
 * and the directories. Closed by the main thread or by the shutdown hook.
 */
final class BenchServers implements AutoCloseable {

    private static final List<String> SERVER_JVM =
            List.of("-Xms1g", "-Xmx1g", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20");

    private static final List<String> FORWARDER_JVM = List.of("-Xms256m", "-Xmx256m");

    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private final Map<Contender, String> addresses = new EnumMap<>(Contender.class);
    private final LocalPostgres postgres;

    BenchServers() {
        this(true, "");
    }

    private BenchServers(boolean withKafka, String brokerSections) {
        boolean started = false;
        try {
            postgres = own(LocalPostgres.start());
            addresses.put(Contender.TAILRACE, startBroker(postgres, brokerSections));
            if (withKafka) {
                LocalKafka kafka = own(LocalKafka.start(KafkaOptions.temporary().withJvmOptions(SERVER_JVM)));
                addresses.put(Contender.KAFKA, kafka.bootstrapServers());
            }
            started = true;
        } finally {
            if (!started) {
                close();
            }
        }
    }

    /** Only a broker with its Postgres, and further sections in its configuration. */
    static BenchServers brokerOnly(String sections) {
        return new BenchServers(false, sections);
    }

    /** A broker with its Postgres, and an Apache Kafka, to which {@link #startForwarder} forwards. */
    static BenchServers withTarget() {
        return new BenchServers(true, "");
    }

    /**
     * Starts a forwarder, which the caller closes.
     *
     * @param excluded the topics that it leaves alone
     */
    ChildProcess startForwarder(String excluded) {
        String shadow = "[shadow]\nexclude = \"" + excluded + "\"\n";
        Path config =
                new ConfigFiles(postgres.directory(), postgres).forwarder(bootstrapServers(Contender.KAFKA), shadow);
        return Program.start("forwarder", config, postgres.directory().resolve("forwarder.log"), FORWARDER_JVM);
    }

    String bootstrapServers(Contender contender) {
        String address = addresses.get(contender);
        if (address == null) {
            throw new IllegalStateException(contender + " was not started");
        }
        return address;
    }

    /** A temporary place for logs. */
    Path directory() {
        return postgres.directory();
    }

    /** Rows of the topic's log in Postgres. */
    long rows(String topic) {
        return LogRows.count(postgres.address(), topic);
    }

    @Override
    public synchronized void close() {
        while (!running.isEmpty()) {
            try {
                running.pop().close();
            } catch (Exception e) {
                throw new UserError("a server could not be stopped: " + e.getMessage());
            }
        }
    }

    private String startBroker(LocalPostgres postgres, String sections) {
        int port = FreePorts.next();
        Path config = new ConfigFiles(postgres.directory(), postgres).broker(port, sections);
        ChildProcess broker =
                Program.start("broker", config, postgres.directory().resolve("broker.log"), SERVER_JVM);
        own(broker);
        return "127.0.0.1:" + port;
    }

    private synchronized <T extends AutoCloseable> T own(T server) {
        running.push(server);
        return server;
    }
}
