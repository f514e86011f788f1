package io.tailrace.local;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Apache Kafka of one node (KRaft) in a child JVM, on 127.0.0.1. Ports and data stay the same over {@link #stop},
 * {@link #kill} and {@link #startAgain}. Thread-safe. Owns: the process, and the directory if it is temporary.
 */
public final class LocalKafka implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(LocalKafka.class);
    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(25);
    private static final String USER = "tailrace";

    private final Path directory;
    private final boolean temporary;
    private final Path logFile;
    private final List<String> jvmOptions;
    private final Map<KafkaListener, Integer> ports = new EnumMap<>(KafkaListener.class);
    private final @Nullable Certificates certificates;
    private @Nullable ChildProcess process;

    private LocalKafka(KafkaOptions options) {
        this.temporary = options.directory() == null;
        this.directory = options.directory() == null
                ? Directories.temporary("kafka")
                : Directories.create(options.directory().toAbsolutePath());
        this.logFile = options.logFile() == null ? directory.resolve("kafka.log") : options.logFile();
        this.jvmOptions = options.jvmOptions();
        this.certificates = options.secured() ? Certificates.in(directory.resolve("certificates")) : null;
        choosePorts(options);
        writeFiles(options);
    }

    /** A temporary one with a PLAINTEXT listener on any free port. */
    public static LocalKafka start() {
        return start(KafkaOptions.temporary());
    }

    /** Returns when it answers requests. */
    public static LocalKafka start(KafkaOptions options) {
        LocalKafka kafka = new LocalKafka(options);
        boolean started = false;
        try {
            kafka.startAgain();
            started = true;
            return kafka;
        } finally {
            if (!started) {
                kafka.close();
            }
        }
    }

    /** Of the PLAINTEXT listener. */
    public String bootstrapServers() {
        return bootstrapServers(KafkaListener.PLAINTEXT);
    }

    public String bootstrapServers(KafkaListener listener) {
        return "127.0.0.1:" + port(listener);
    }

    public int port(KafkaListener listener) {
        Integer port = ports.get(listener);
        if (port == null) {
            throw new IllegalStateException("started without a listener for " + listener);
        }
        return port;
    }

    /** The user of the SASL listeners, for every mechanism. */
    public String user() {
        return USER;
    }

    public String password() {
        return PrivateFile.secret(passwordFile());
    }

    /** Holds the password of {@link #user}; readable by this user only. */
    public Path passwordFile() {
        return directory.resolve("password");
    }

    public Certificates certificates() {
        if (certificates == null) {
            throw new IllegalStateException("started without security");
        }
        return certificates;
    }

    /** What a Kafka client needs to connect, with SCRAM-SHA-512 on the SASL listeners. */
    public Map<String, Object> clientProperties(KafkaListener listener) {
        return clientProperties(listener, "SCRAM-SHA-512");
    }

    public Map<String, Object> clientProperties(KafkaListener listener, String saslMechanism) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("bootstrap.servers", bootstrapServers(listener));
        properties.put("security.protocol", listener.name());
        if (listener == KafkaListener.SSL || listener == KafkaListener.SASL_SSL) {
            properties.put("ssl.truststore.type", "PEM");
            properties.put(
                    "ssl.truststore.location", certificates().trustStorePem().toString());
        }
        if (listener == KafkaListener.SASL_SSL || listener == KafkaListener.SASL_PLAINTEXT) {
            String module = saslMechanism.equals("PLAIN") ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
            properties.put("sasl.mechanism", saslMechanism);
            properties.put(
                    "sasl.jaas.config",
                    "org.apache.kafka.common.security." + module + " required username=\"" + USER + "\" password=\""
                            + password() + "\";");
        }
        return properties;
    }

    public Path logFile() {
        return logFile;
    }

    public synchronized boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** The process that runs now. */
    public synchronized ChildProcess process() {
        if (process == null) {
            throw new IllegalStateException("Kafka is stopped");
        }
        return process;
    }

    /** Starts it after {@link #stop} or {@link #kill}, on the same ports and data. */
    public synchronized void startAgain() {
        if (isAlive()) {
            return;
        }
        List<String> options = new ArrayList<>(jvmOptions);
        options.add("-Dlogback.configurationFile=io/tailrace/local/kafka-logback.xml");
        List<String> arguments = List.of(
                propertiesFile().toString(),
                dataDirectory().toString(),
                scramFile().toString());
        ChildProcess started = ChildJvm.start("Kafka", options, KafkaMain.class, arguments, logFile);
        process = started;
        waitUntilReady(started);
        LOGGER.atInfo().addKeyValue("address", bootstrapServers()).log("Kafka is ready");
    }

    /** An orderly shutdown. */
    public synchronized void stop() {
        if (process != null) {
            process.stop(STOP_LIMIT);
            process = null;
        }
    }

    public synchronized void restart() {
        stop();
        startAgain();
    }

    /** Kills it at once. */
    public synchronized void kill() {
        if (process != null) {
            process.kill();
            process = null;
        }
    }

    /** Stops it; a temporary one is killed, since nobody needs its data any more. */
    @Override
    public void close() {
        if (temporary) {
            kill();
            Directories.delete(directory);
        } else {
            stop();
        }
    }

    /** Where the log of a partition lies. */
    public Path partitionDirectory(String topic, int partition) {
        return dataDirectory().resolve(topic + "-" + partition);
    }

    private Path dataDirectory() {
        return directory.resolve("data");
    }

    private Path propertiesFile() {
        return directory.resolve("server.properties");
    }

    private Path scramFile() {
        return directory.resolve("scram-users");
    }

    private void choosePorts(KafkaOptions options) {
        ports.put(KafkaListener.PLAINTEXT, options.port() == 0 ? FreePorts.next() : options.port());
        if (options.secured()) {
            ports.put(KafkaListener.SSL, FreePorts.next());
            ports.put(KafkaListener.SASL_PLAINTEXT, FreePorts.next());
            ports.put(KafkaListener.SASL_SSL, FreePorts.next());
        }
    }

    private void writeFiles(KafkaOptions options) {
        KafkaProperties properties =
                new KafkaProperties(dataDirectory(), port(KafkaListener.PLAINTEXT), FreePorts.next());
        if (certificates != null) {
            Map<KafkaListener, Integer> secured = new EnumMap<>(ports);
            secured.remove(KafkaListener.PLAINTEXT);
            properties.addSecurity(secured, certificates, USER, password());
            String user = "=[name=" + USER + ",password=" + password() + "]\n";
            PrivateFile.write(scramFile(), "SCRAM-SHA-256" + user + "SCRAM-SHA-512" + user);
        }
        properties.putAll(options.settings());
        PrivateFile.write(propertiesFile(), properties.toString());
    }

    private void waitUntilReady(ChildProcess started) {
        long deadlineNs = System.nanoTime() + START_LIMIT.toNanos();
        while (started.isAlive() && System.nanoTime() < deadlineNs) {
            // An admin client logs every failed attempt to connect: not before somebody listens.
            if (FreePorts.isListening("127.0.0.1", port(KafkaListener.PLAINTEXT)) && answers()) {
                return;
            }
            started.waitFor(Duration.ofMillis(100));
        }
        process = null;
        started.kill();
        throw new LocalServerException("Kafka did not start; its log ends:\n" + started.logTail(15));
    }

    private boolean answers() {
        Map<String, Object> properties = new HashMap<>(Map.of("bootstrap.servers", bootstrapServers()));
        properties.put("default.api.timeout.ms", 5000);
        properties.put("request.timeout.ms", 2000);
        try (Admin admin = Admin.create(properties)) {
            DescribeClusterOptions quick = new DescribeClusterOptions().timeoutMs(5000);
            return !admin.describeCluster(quick)
                    .nodes()
                    .get(6, TimeUnit.SECONDS)
                    .isEmpty();
        } catch (ExecutionException | TimeoutException e) {
            LOGGER.atDebug().setCause(e).log("Kafka does not answer yet");
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalServerException("interrupted while Kafka was starting", e);
        }
    }
}
