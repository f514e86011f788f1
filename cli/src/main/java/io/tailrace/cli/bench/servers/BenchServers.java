package io.tailrace.cli.bench.servers;

import io.tailrace.cli.UserError;
import io.tailrace.cli.bench.load.LoadGenerator;
import io.tailrace.cli.dev.ConfigFiles;
import io.tailrace.cli.dev.Program;
import io.tailrace.local.ChildProcess;
import io.tailrace.local.FreePorts;
import io.tailrace.local.KafkaOptions;
import io.tailrace.local.LocalKafka;
import io.tailrace.local.LocalPostgres;
import io.tailrace.local.PostgresOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The contenders: a broker with its Postgres, which flushes every commit to disk, and an Apache Kafka with its defaults and a
 * heap of 1 GiB (the default of Kafka's start script). All on temporary directories and free ports. Owns: the processes, which it
 * stops in reverse order, and the directories. Closed by the main thread or by the shutdown hook.
 */
public final class BenchServers implements AutoCloseable {

    private static final int KAFKA_HEAP_MIB = 1_024;

    private static final List<String> FORWARDER_JVM = List.of("-Xms256m", "-Xmx256m");

    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private final ServerSettings settings;
    private final int brokerPort = FreePorts.next();
    private final LocalPostgres postgres;
    private final ChildProcess broker;
    private final @Nullable LocalKafka kafka;

    private BenchServers(ServerSettings settings, boolean withKafka, String brokerSections) {
        this.settings = settings;
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "bench-shutdown"));
        boolean started = false;
        try {
            postgres = own(LocalPostgres.start(postgres(settings)));
            broker = own(startBroker(brokerSections));
            kafka = withKafka
                    ? own(LocalKafka.start(KafkaOptions.temporary().withJvmOptions(jvm(KAFKA_HEAP_MIB))))
                    : null;
            started = true;
        } finally {
            if (!started) {
                close();
            }
        }
    }

    /** Both contenders. The Kafka can be the target of {@link #startForwarder} as well. */
    public static BenchServers both(ServerSettings settings) {
        return new BenchServers(settings, true, "");
    }

    /** Only a broker with its Postgres, and further sections in its configuration. */
    public static BenchServers brokerOnly(ServerSettings settings, String sections) {
        return new BenchServers(settings, false, sections);
    }

    private static PostgresOptions postgres(ServerSettings settings) {
        PostgresOptions options = PostgresOptions.temporary();
        for (Map.Entry<String, String> setting : settings.postgres().entrySet()) {
            options = options.withSetting(setting.getKey(), setting.getValue());
        }
        return options;
    }

    private static List<String> jvm(int heapMib) {
        return List.of("-Xms" + heapMib + "m", "-Xmx" + heapMib + "m", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20");
    }

    /**
     * Starts a forwarder to the Kafka, which the caller closes.
     *
     * @param excluded the topics that it leaves alone
     */
    public ChildProcess startForwarder(String excluded) {
        String sections =
                """
                [shadow]
                exclude = "%s"
                [replication]
                engines = %d
                """
                        .formatted(excluded, settings.engines());
        Path config = new ConfigFiles(postgres.directory(), postgres).forwarder(kafka().bootstrapServers(), sections);
        return Program.start("forwarder", config, postgres.directory().resolve("forwarder.log"), FORWARDER_JVM);
    }

    public String bootstrapServers(Subject subject) {
        return switch (subject.contender()) {
            case TAILRACE -> "127.0.0.1:" + brokerPort;
            case KAFKA -> kafka().bootstrapServers();
        };
    }

    /** Makes load; its logs lie among those of the servers. */
    public LoadGenerator load() {
        return new LoadGenerator(postgres.directory());
    }

    /** What topics have come to in the broker's own database. */
    public LogTable logTable() {
        return new LogTable(postgres.address());
    }

    ChildProcess postgresProcess() {
        return postgres.process();
    }

    /** The broker's process or that of Kafka. */
    ChildProcess process(Contender contender) {
        return switch (contender) {
            case TAILRACE -> broker;
            case KAFKA -> kafka().process();
        };
    }

    /** What one run left to be written must not slow down the next one: Kafka leaves that to the operating system. */
    public static void flushDisks() {
        try {
            new ProcessBuilder("sync").start().waitFor(2, TimeUnit.MINUTES);
        } catch (IOException e) {
            throw new UserError("the command `sync` cannot be run: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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

    private LocalKafka kafka() {
        if (kafka == null) {
            throw new IllegalStateException("Apache Kafka was not started");
        }
        return kafka;
    }

    private ChildProcess startBroker(String sections) {
        Path config = new ConfigFiles(postgres.directory(), postgres).broker(brokerPort, sections);
        return Program.start(
                "broker", config, postgres.directory().resolve("broker.log"), jvm(settings.brokerHeapMib()));
    }

    private synchronized <T extends AutoCloseable> T own(T server) {
        running.push(server);
        return server;
    }
}
