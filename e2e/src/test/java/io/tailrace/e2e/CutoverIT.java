package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.e2e.client.ClientKind;
import io.tailrace.e2e.client.Clients;
import io.tailrace.e2e.client.ConsumerSettings;
import io.tailrace.e2e.client.Message;
import io.tailrace.e2e.client.ProducerSettings;
import io.tailrace.e2e.client.ReceivedRecord;
import io.tailrace.e2e.client.ScenarioClient;
import io.tailrace.e2e.client.ScenarioClients;
import io.tailrace.e2e.client.ScenarioProducer;
import io.tailrace.e2e.program.BrokerProgram;
import io.tailrace.e2e.program.Databases;
import io.tailrace.e2e.program.ForwarderProgram;
import io.tailrace.e2e.program.Program;
import io.tailrace.e2e.program.Programs;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.KafkaExtension;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Running producers and groups, of Java, librdkafka and KafkaJS, through {@code tailrace migrate cutover}: one that is killed in the
 * middle and changes nothing, and one that moves them, without a restart or a new configuration.
 */
class CutoverIT {

    private static final int BEFORE = 100;
    private static final int AFTER = 100;
    private static final int PARTITIONS = 3;
    private static final String KILLED_LIMIT = "8";
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(90);

    @RegisterExtension
    static final Databases DATABASES = new Databases();

    @RegisterExtension
    static final KafkaExtension TARGET = new KafkaExtension();

    @RegisterExtension
    final Programs programs = new Programs();

    private PostgresAddress database;
    private BrokerProgram broker;
    private ForwarderProgram forwarder;

    @BeforeEach
    void start() {
        database = DATABASES.fresh();
        broker = programs.startBroker(database, Map.of());
        forwarder = programs.forwarder(database, TARGET.server(), clientsListener());
        forwarder.start();
    }

    @Test
    void shouldMoveRunningClientsWithOneCommandAfterOneThatWasKilled() throws Exception {
        // Given
        Clients.createTopic(broker.connection(), "cutover-open", 1);
        try (Application java = new Application(ClientKind.JAVA);
                Application librdkafka = new Application(ClientKind.LIBRDKAFKA);
                Application librdkafkaByHeartbeat = new Application(ClientKind.LIBRDKAFKA_KIP848);
                Application kafkaJs = new Application(ClientKind.KAFKAJS)) {
            List<Application> applications = List.of(java, librdkafka, librdkafkaByHeartbeat, kafkaJs);
            applications.forEach(Application::start);
            await("a cutover that nothing blocks")
                    .atMost(COMMAND_LIMIT)
                    .until(() -> run("migrate", "cutover", "--dry-run") == 0);

            // When
            killOneBehindItsFence(applications);
            applications.forEach(Application::forgetWaits);
            Program cutover = programs.command(forwarder, "migrate", "cutover");
            cutover.start();
            int code = cutover.exitCode(COMMAND_LIMIT);
            String told = Files.readString(cutover.logFile());

            // Then
            assertThat(code).as(told).isZero();
            System.out.println(told);
            applications.forEach(Application::goOn);
            applications.forEach(Application::finish);
            for (Application application : applications) {
                application.check();
            }
        }
    }

    private static Map<String, String> clientsListener() {
        return Map.of(
                "migration.client_bootstrap_servers",
                TARGET.server().bootstrapServers(KafkaListener.PLAINTEXT),
                "migration.client_security_protocol",
                "PLAINTEXT");
    }

    /** An open transaction holds its drain up for long enough. */
    private void killOneBehindItsFence(List<Application> applications) throws SQLException {
        try (ScenarioClient client = ScenarioClients.open(ClientKind.JAVA, broker.bootstrapServers());
                ScenarioProducer open = client.producer(ProducerSettings.transactional("cutover-open"))) {
            open.initTransactions();
            open.begin();
            open.send(Message.to("cutover-open", null, "never committed"));
            Program killed = programs.command(forwarder, "migrate", "cutover", "--limit", KILLED_LIMIT);
            killed.start();
            await("fence")
                    .atMost(COMMAND_LIMIT)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> number("SELECT count(*) FROM kafka.migration WHERE state = 'fenced'") == 1);
            killed.kill();
            applications.forEach(Application::goOn);
            open.abort();
        }
        await("end of the transaction")
                .atMost(LIMIT)
                .until(() -> number("SELECT count(*) FROM kafka.transaction_partitions") == 0);
    }

    private int run(String... command) {
        Program program = programs.command(forwarder, command);
        program.start();
        return program.exitCode(COMMAND_LIMIT);
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** A producer and a member of a group, on a topic of their own. Confined to the test's thread. */
    private final class Application implements AutoCloseable {

        private final String name;
        private final ScenarioClient client;
        private final SteadyLoad load;
        private final SteadyReader reader;

        Application(ClientKind kind) {
            name = "cutover-" + kind.label();
            List<TopicPartition> partitions = Clients.createTopic(broker.connection(), name, PARTITIONS);
            client = ScenarioClients.open(kind, broker.bootstrapServers());
            load = new SteadyLoad(client.producer(ProducerSettings.IDEMPOTENT), partitions, name + "-");
            reader = new SteadyReader(
                    client.consumer(ConsumerSettings.inGroup(name).withAutoCommit(200)), List.of(name));
        }

        void start() {
            reader.start();
            load.start();
            reader.awaitCount(BEFORE);
        }

        void forgetWaits() {
            load.forgetWaits();
            reader.forgetGaps();
        }

        /** Until it has produced again, and some more. */
        void goOn() {
            int acknowledged = load.acknowledged();
            await(name + " to go on")
                    .atMost(LIMIT)
                    .until(() -> load.acknowledged() > acknowledged + AFTER || load.failed());
        }

        void finish() {
            load.stop();
            reader.awaitCount(load.acknowledged());
        }

        /** Everything once, and twice only what the group had not committed when it moved. */
        void check() throws SQLException {
            assertThat(load.failures()).isEmpty();
            assertThat(reader.values()).containsAll(load.values());
            Set<String> seen = new HashSet<>();
            int twice = 0;
            for (ReceivedRecord record : reader.records()) {
                if (!seen.add(record.text())) {
                    twice++;
                    assertThat(record.offset()).as("%s came twice", record).isGreaterThanOrEqualTo(committed(record));
                }
            }
            System.out.printf(
                    "%s: the longest wait of a record was %d ms, of its group for the next one %d ms; %d records came twice%n",
                    name, load.longestWaitMs(), reader.longestGapMs(), twice);
        }

        private long committed(ReceivedRecord record) throws SQLException {
            return number("SELECT coalesce(max(committed_offset), 0) FROM kafka.consumer_offsets WHERE group_id = '"
                    + name + "' AND partition_id = " + record.partition().partition());
        }

        @Override
        public void close() {
            reader.close();
            load.close();
            client.close();
        }
    }
}
