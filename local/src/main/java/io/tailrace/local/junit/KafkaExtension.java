package io.tailrace.local.junit;

import io.tailrace.local.KafkaOptions;
import io.tailrace.local.LocalKafka;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The Apache Kafka that all tests of this JVM share, with a listener for every security protocol:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final KafkaExtension KAFKA = new KafkaExtension();
 * }</pre>
 *
 * A test that stops or kills its Kafka starts one of its own with {@link LocalKafka}. The log is kept in
 * {@code target/server-logs} when a test fails.
 */
public final class KafkaExtension implements BeforeAllCallback, AfterTestExecutionCallback {

    private static final SharedServer<LocalKafka> SHARED = new SharedServer<>(
            "kafka",
            logFile -> LocalKafka.start(KafkaOptions.temporary().withSecurity().withLogFile(logFile)));
    private static final AtomicInteger TOPICS = new AtomicInteger();

    @Override
    public void beforeAll(ExtensionContext context) {
        SHARED.server();
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        if (context.getExecutionException().isPresent()) {
            SHARED.testFailed();
        }
    }

    public LocalKafka server() {
        return SHARED.server();
    }

    public String bootstrapServers() {
        return server().bootstrapServers();
    }

    /** The name of a topic that no other test of this JVM uses. */
    public String freshTopicName() {
        return "topic-" + TOPICS.incrementAndGet();
    }
}
