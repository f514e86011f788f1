package io.tailrace.e2e;

import io.tailrace.e2e.client.ClientKind;
import io.tailrace.e2e.client.Clients;
import io.tailrace.e2e.client.ScenarioClient;
import io.tailrace.e2e.client.ScenarioClients;
import io.tailrace.e2e.program.BrokerProgram;
import io.tailrace.e2e.program.Databases;
import io.tailrace.e2e.program.Programs;
import io.tailrace.e2e.wire.WireConnection;
import io.tailrace.local.KafkaOptions;
import io.tailrace.local.LocalKafka;
import io.tailrace.local.PostgresAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The broker of a class of tests that ask how it answers, or of all such classes. With {@code -Dtailrace.test.reference=true} Apache Kafka itself
 * stands in its place: what the tests expect is what Kafka does.
 *
 * <p>Classes that share one run side by side: what a test opens belongs to its thread and to those that it starts. Owns: the
 * broker's process.
 */
public final class SharedBroker
        implements BeforeAllCallback,
                AfterAllCallback,
                BeforeEachCallback,
                AfterEachCallback,
                AfterTestExecutionCallback {

    public static final boolean IS_REFERENCE = Boolean.getBoolean("tailrace.test.reference");

    /** Whether consumers get batches as they were compressed, which not every client can read. */
    public static final boolean SERVES_AS_PRODUCED = IS_REFERENCE || Programs.STORAGE_FORMAT.equals("batches");

    private static final AtomicInteger TOPICS = new AtomicInteger();

    /** What a test has opened, on its own thread or on one that it started. */
    private static final ThreadLocal<List<ScenarioClient>> CLIENTS = new InheritableThreadLocal<>() {
        @Override
        protected List<ScenarioClient> initialValue() {
            return new CopyOnWriteArrayList<>();
        }
    };

    private static final SharedBroker OF_ALL_CLASSES = new SharedBroker(true);

    private final boolean ofAllClasses;
    private final Databases databases = new Databases();
    private final Programs programs = new Programs();
    private @Nullable PostgresAddress database;
    private @Nullable BrokerProgram broker;
    private @Nullable LocalKafka reference;

    private SharedBroker(boolean ofAllClasses) {
        this.ofAllClasses = ofAllClasses;
    }

    /** One for a class, which may stop and kill it. */
    public SharedBroker() {
        this(false);
    }

    /** The one of all classes that only use it, with topics and groups of their own; it ends with the run. */
    public static SharedBroker ofAllClasses() {
        return OF_ALL_CLASSES;
    }

    @Override
    public synchronized void beforeAll(ExtensionContext context) {
        if (reference != null || broker != null) {
            return;
        }
        if (ofAllClasses) {
            AutoCloseable end = () -> close(context);
            context.getRoot()
                    .getStore(ExtensionContext.Namespace.create(SharedBroker.class))
                    .put("end", end);
        }
        if (IS_REFERENCE) {
            reference = LocalKafka.start(KafkaOptions.temporary()
                    .withSetting("group.min.session.timeout.ms", "3000")
                    .withSetting("group.consumer.min.heartbeat.interval.ms", "500")
                    .withSetting("group.consumer.heartbeat.interval.ms", "500"));
        } else {
            databases.beforeAll(context);
            programs.beforeAll(context);
            database = databases.fresh();
            broker = programs.startBroker(
                    database,
                    Map.of(
                            "groups.initial_rebalance_delay", "0s",
                            "groups.min_session_timeout", "3s",
                            "groups.consumer_heartbeat_interval", "500ms"));
        }
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        if (!IS_REFERENCE) {
            programs.afterTestExecution(context);
        }
    }

    /** Not those that the thread has from the one that started it. */
    @Override
    public void beforeEach(ExtensionContext context) {
        CLIENTS.set(new CopyOnWriteArrayList<>());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        CompletableFuture.allOf(CLIENTS.get().stream()
                        .map(client -> CompletableFuture.runAsync(
                                client::close, task -> new Thread(task, "closing-" + client.kind()).start()))
                        .toArray(CompletableFuture<?>[]::new))
                .join();
        CLIENTS.remove();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (!ofAllClasses) {
            close(context);
        }
    }

    private void close(ExtensionContext context) {
        if (reference != null) {
            reference.close();
        } else {
            programs.afterAll(context);
        }
    }

    /** A client for this test; the test is skipped where it cannot be installed. */
    public ScenarioClient client(ClientKind kind) {
        return closedAfterTest(ScenarioClients.open(kind, "127.0.0.1:" + port()));
    }

    /** A client for this test that can be killed. */
    public ScenarioClient clientAlone(ClientKind kind) {
        return closedAfterTest(ScenarioClients.openAlone(kind, "127.0.0.1:" + port()));
    }

    private ScenarioClient closedAfterTest(ScenarioClient client) {
        CLIENTS.get().add(client);
        return client;
    }

    public Map<String, Object> connection() {
        return Clients.plaintext("127.0.0.1:" + port());
    }

    public WireConnection connect() {
        return new WireConnection(port());
    }

    /** Of a group that no other test uses; the same for topics. */
    public String freshGroup() {
        return "group-" + TOPICS.incrementAndGet();
    }

    public String freshTopicName() {
        return "topic-" + TOPICS.incrementAndGet();
    }

    /** The only partition of a new topic. */
    public TopicPartition freshPartition() {
        return freshPartition(Map.of());
    }

    public TopicPartition freshPartition(Map<String, String> config) {
        String name = freshTopicName();
        Clients.createTopic(connection(), new NewTopic(name, 1, (short) 1).configs(config));
        return new TopicPartition(name, 0);
    }

    public List<TopicPartition> freshTopic(int partitions) {
        return Clients.createTopic(connection(), freshTopicName(), partitions);
    }

    /** Of the broker of ours. */
    public synchronized PostgresAddress database() {
        if (database == null) {
            throw new IllegalStateException("no broker of ours runs");
        }
        return database;
    }

    public synchronized BrokerProgram program() {
        if (broker == null) {
            throw new IllegalStateException("no broker of ours runs");
        }
        return broker;
    }

    public synchronized int port() {
        if (reference != null) {
            String address = reference.bootstrapServers();
            return Integer.parseInt(address.substring(address.indexOf(':') + 1));
        }
        return program().port();
    }
}
