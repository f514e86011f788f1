package io.tailrace.e2e.program;

import io.tailrace.local.FreePorts;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.KafkaOptions;
import io.tailrace.local.LocalKafka;
import io.tailrace.local.LocalPostgres;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.PostgresOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Starts the packaged programs for a class of tests (as a static field) or for one test (as an instance field), and ends them
 * with it. Configuration and logs stay in {@code target/e2e-logs}; a failed test says where.
 *
 * <p>Confined to the test's thread. Owns: the processes, the replication slots of its forwarders in a
 * Postgres that others use as well, and the servers that it started for this test alone.
 */
public final class Programs
        implements BeforeAllCallback,
                AfterAllCallback,
                BeforeEachCallback,
                AfterEachCallback,
                AfterTestExecutionCallback {

    /** The row shape of topics that do not ask for one. */
    public static final String STORAGE_FORMAT = System.getProperty("tailrace.test.storage.format", "records");

    private static final Pattern INVOCATION = Pattern.compile("test-template-invocation:#(\\d+)");

    private final List<Program> programs = new ArrayList<>();
    private final List<ForwarderProgram> forwarders = new ArrayList<>();
    private final List<AutoCloseable> servers = new ArrayList<>();
    private @Nullable Path directory;
    private boolean perClass;

    @Override
    public void beforeAll(ExtensionContext context) {
        perClass = true;
        directory = create(context.getRequiredTestClass().getSimpleName());
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        if (!perClass) {
            directory = create(context.getRequiredTestClass().getSimpleName() + "."
                    + context.getRequiredTestMethod().getName() + invocation(context));
        }
    }

    /** So that no run of a test with parameters clears the logs of the one before. */
    private static String invocation(ExtensionContext context) {
        Matcher number = INVOCATION.matcher(context.getUniqueId());
        return number.find() ? "-" + number.group(1) : "";
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        if (context.getExecutionException().isPresent()) {
            System.err.println(context.getDisplayName() + " failed; its programs' logs are in " + directory());
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (!perClass) {
            close();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (perClass) {
            close();
        }
    }

    /** Where this test's files lie. */
    public Path directory() {
        if (directory == null) {
            throw new IllegalStateException("used outside of a test");
        }
        return directory;
    }

    /** A Postgres for this test alone, which may stop and kill it. */
    public LocalPostgres startPostgres() {
        LocalPostgres postgres = LocalPostgres.start(
                PostgresOptions.temporary().withLogFile(directory().resolve("postgres.log")));
        servers.add(postgres);
        return postgres;
    }

    /** A standby of it, which is stopped and started again for that; see {@link LocalPostgres#startStandby}. */
    public LocalPostgres startStandby(LocalPostgres primary) {
        PostgresOptions options =
                PostgresOptions.temporary().withLogFile(directory().resolve("standby.log"));
        LocalPostgres standby = LocalPostgres.startStandby(primary, options);
        servers.add(standby);
        return standby;
    }

    /** A target for this test alone. */
    public LocalKafka startTarget() {
        LocalKafka target = LocalKafka.start(
                KafkaOptions.temporary().withSecurity().withLogFile(directory().resolve("kafka.log")));
        servers.add(target);
        return target;
    }

    /** A broker that runs. */
    public BrokerProgram startBroker(PostgresAddress database, Map<String, String> settings) {
        BrokerProgram broker = broker(database, settings);
        broker.start();
        return broker;
    }

    /** A broker that does not run yet. */
    public BrokerProgram broker(PostgresAddress database, Map<String, String> settings) {
        int port = FreePorts.next();
        Map<String, String> all = postgresSettings(database);
        all.put("broker.port", Integer.toString(port));
        all.put("topics.storage_format", STORAGE_FORMAT);
        all.putAll(settings);
        return new BrokerProgram(program("broker", all), port);
    }

    /** A forwarder to the target's SASL_SSL listener, with its own certificate authority, that does not run yet. */
    public ForwarderProgram forwarder(PostgresAddress database, LocalKafka target, Map<String, String> settings) {
        String slot = "e2e_" + database.database();
        Map<String, String> all = postgresSettings(database);
        all.put("replication.slot", slot);
        all.put("kafka.bootstrap_servers", target.bootstrapServers(KafkaListener.SASL_SSL));
        all.put("kafka.security_protocol", "SASL_SSL");
        all.put("kafka.sasl_mechanism", "SCRAM-SHA-512");
        all.put("kafka.username", target.user());
        all.put("kafka.password_file", target.passwordFile().toString());
        all.put("kafka.truststore", target.certificates().trustStorePem().toString());
        all.put("kafka.producer.\"compression.type\"", "lz4");
        all.putAll(settings);
        ForwarderProgram forwarder = new ForwarderProgram(program("forwarder", all), database, slot);
        forwarders.add(forwarder);
        return forwarder;
    }

    /** A command of {@code tailrace} about that forwarder, with its configuration, that does not run yet. */
    public Program command(ForwarderProgram forwarder, String... command) {
        String name = String.join("-", command).replaceAll("[^a-z0-9]+", "-") + "-" + programs.size();
        Program program = new Program(
                name,
                List.of(command),
                forwarder.program().config(),
                directory().resolve(name + ".log"));
        programs.add(program);
        return program;
    }

    private Map<String, String> postgresSettings(PostgresAddress database) {
        Path passwordFile = directory().resolve(database.database() + ".password");
        ConfigFile.writeSecret(passwordFile, database.password());
        Map<String, String> settings = new HashMap<>();
        settings.put("postgres.host", database.host());
        settings.put("postgres.port", Integer.toString(database.port()));
        settings.put("postgres.database", database.database());
        settings.put("postgres.user", database.user());
        settings.put("postgres.password_file", passwordFile.toString());
        return settings;
    }

    private Program program(String name, Map<String, String> settings) {
        String fileName = name + "-" + programs.size();
        Path config = directory().resolve(fileName + ".toml");
        ConfigFile.write(config, settings);
        Program program = new Program(name, config, directory().resolve(fileName + ".log"));
        programs.add(program);
        return program;
    }

    private void close() {
        for (int i = programs.size() - 1; i >= 0; i--) {
            programs.get(i).close();
        }
        programs.clear();
        if (servers.isEmpty()) {
            forwarders.forEach(ForwarderProgram::dropSlot);
        }
        forwarders.clear();
        servers.forEach(server -> Utils.closeQuietly(server, "server"));
        servers.clear();
    }

    private static Path create(String name) {
        try {
            Path directory = Path.of("target", "e2e-logs", name).toAbsolutePath();
            Utils.delete(directory.toFile());
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
