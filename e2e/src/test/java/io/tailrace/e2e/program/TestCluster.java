package io.tailrace.e2e.program;

import io.tailrace.e2e.client.Clients;
import io.tailrace.local.KafkaOptions;
import io.tailrace.local.LocalKafka;
import io.tailrace.local.LocalPostgres;
import io.tailrace.local.PostgresAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What an application of a test runs on: a broker on a Postgres that nobody else uses, or, with
 * {@code -Dtailrace.test.reference=true}, Apache Kafka. Either can be killed and started again.
 *
 * <p>Confined to the test's thread. Owns: the servers and the applications.
 */
public final class TestCluster implements BeforeEachCallback, AfterEachCallback, AfterTestExecutionCallback {

    public static final boolean IS_REFERENCE = Boolean.getBoolean("tailrace.test.reference");

    private final Programs programs = new Programs();
    private final List<AppProgram> apps = new ArrayList<>();
    private @Nullable LocalKafka reference;
    private @Nullable LocalPostgres postgres;
    private @Nullable BrokerProgram broker;

    /**
     * Starts it.
     *
     * @param settings of the broker's configuration file
     * @param referenceSettings of Apache Kafka's server.properties, to the same effect
     */
    public void start(Map<String, String> settings, Map<String, String> referenceSettings) {
        if (IS_REFERENCE) {
            KafkaOptions options =
                    KafkaOptions.temporary().withLogFile(directory().resolve("kafka.log"));
            for (Map.Entry<String, String> setting : referenceSettings.entrySet()) {
                options = options.withSetting(setting.getKey(), setting.getValue());
            }
            reference = LocalKafka.start(options);
        } else {
            postgres = programs.startPostgres();
            broker = programs.startBroker(postgres.address(), settings);
        }
    }

    public void start() {
        start(Map.of(), Map.of());
    }

    public String bootstrapServers() {
        return reference == null ? broker().bootstrapServers() : reference.bootstrapServers();
    }

    /** What a Kafka client needs to connect. */
    public Map<String, Object> connection() {
        return Clients.plaintext(bootstrapServers());
    }

    /** Where the broker writes; empty for Apache Kafka. */
    public Optional<PostgresAddress> database() {
        return Optional.ofNullable(postgres).map(LocalPostgres::address);
    }

    public void killAndRestartBroker() {
        if (reference == null) {
            broker().killAndRestart();
        } else {
            reference.kill();
            reference.startAgain();
        }
    }

    public void restartBroker() {
        if (reference == null) {
            broker().restart();
        } else {
            reference.restart();
        }
    }

    /** Kills what the records are kept in: of Apache Kafka, the broker itself. */
    public void killAndRestartStorage() {
        if (postgres == null) {
            killAndRestartBroker();
        } else {
            postgres.killAndRestart();
        }
    }

    /** An application that does not run yet; its output lies in {@code NAME.log}. */
    public AppProgram app(String name, Class<?> mainClass, List<String> arguments) {
        AppProgram app = new AppProgram(name, mainClass, arguments, directory().resolve(name + ".log"));
        apps.add(app);
        return app;
    }

    /** Starts further programs for this test. */
    public Programs programs() {
        return programs;
    }

    /** Where this test's files lie. */
    public Path directory() {
        return programs.directory();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        programs.beforeEach(context);
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        programs.afterTestExecution(context);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        apps.forEach(AppProgram::kill);
        apps.clear();
        if (reference != null) {
            Utils.closeQuietly(reference, "reference");
        }
        programs.afterEach(context);
    }

    private BrokerProgram broker() {
        if (broker == null) {
            throw new IllegalStateException("not started");
        }
        return broker;
    }
}
