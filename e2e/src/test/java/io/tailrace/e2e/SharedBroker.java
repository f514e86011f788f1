package io.tailrace.e2e;

import io.tailrace.e2e.client.Clients;
import io.tailrace.e2e.program.BrokerProgram;
import io.tailrace.e2e.program.Databases;
import io.tailrace.e2e.program.Programs;
import io.tailrace.e2e.wire.WireConnection;
import io.tailrace.local.LocalKafka;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The broker of a class of tests that ask how it answers. With {@code -Dtailrace.test.reference=true} Apache Kafka itself
 * stands in its place: what the tests expect is what Kafka does.
 *
 * <p>Confined to the test's thread. Owns: the broker's process.
 */
final class SharedBroker implements BeforeAllCallback, AfterAllCallback, AfterTestExecutionCallback {

    static final boolean IS_REFERENCE = Boolean.getBoolean("tailrace.test.reference");

    private static final AtomicInteger TOPICS = new AtomicInteger();

    private final Databases databases = new Databases();
    private final Programs programs = new Programs();
    private @Nullable BrokerProgram broker;
    private @Nullable LocalKafka reference;

    @Override
    public void beforeAll(ExtensionContext context) {
        if (IS_REFERENCE) {
            reference = LocalKafka.start();
        } else {
            databases.beforeAll(context);
            programs.beforeAll(context);
            broker = programs.startBroker(databases.fresh(), Map.of());
        }
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        if (!IS_REFERENCE) {
            programs.afterTestExecution(context);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (reference != null) {
            reference.close();
        } else {
            programs.afterAll(context);
        }
    }

    Map<String, Object> connection() {
        return Clients.plaintext("127.0.0.1:" + port());
    }

    WireConnection connect() {
        return new WireConnection(port());
    }

    String freshTopicName() {
        return "topic-" + TOPICS.incrementAndGet();
    }

    /** The only partition of a new topic. */
    TopicPartition freshPartition() {
        return freshPartition(Map.of());
    }

    TopicPartition freshPartition(Map<String, String> config) {
        String name = freshTopicName();
        Clients.createTopic(connection(), new NewTopic(name, 1, (short) 1).configs(config));
        return new TopicPartition(name, 0);
    }

    List<TopicPartition> freshTopic(int partitions) {
        return Clients.createTopic(connection(), freshTopicName(), partitions);
    }

    BrokerProgram program() {
        if (broker == null) {
            throw new IllegalStateException("no broker of ours runs");
        }
        return broker;
    }

    int port() {
        if (reference != null) {
            String address = reference.bootstrapServers();
            return Integer.parseInt(address.substring(address.indexOf(':') + 1));
        }
        return program().port();
    }
}
