package io.tailrace.e2e.connect;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.e2e.program.AppProgram;
import io.tailrace.e2e.program.TestCluster;
import io.tailrace.local.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.connect.cli.ConnectDistributed;

/**
 * A Kafka Connect worker in distributed mode whose only Kafka is the cluster of the test: it keeps its connectors, offsets and
 * states in three topics there. Confined to the test's thread.
 */
public final class ConnectWorker {

    public static final List<String> INTERNAL_TOPICS = List.of("connect-configs", "connect-offsets", "connect-status");

    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    private final AppProgram program;
    private final URI address;
    private final HttpClient client = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();

    private ConnectWorker(AppProgram program, int port) {
        this.program = program;
        this.address = URI.create("http://127.0.0.1:" + port);
    }

    /**
     * One that does not run yet.
     *
     * @param settings over the defaults here
     */
    public static ConnectWorker in(TestCluster cluster, Map<String, String> settings) throws IOException {
        int port = FreePorts.next();
        Map<String, String> all = new TreeMap<>(defaults(cluster, port));
        all.putAll(settings);
        Path file = cluster.directory().resolve("connect.properties");
        Files.writeString(
                file,
                all.entrySet().stream()
                        .map(setting -> setting.getKey() + "=" + setting.getValue() + "\n")
                        .collect(Collectors.joining()));
        return new ConnectWorker(cluster.app("connect", ConnectDistributed.class, List.of(file.toString())), port);
    }

    private static Map<String, String> defaults(TestCluster cluster, int port) {
        return Map.ofEntries(
                Map.entry("bootstrap.servers", cluster.bootstrapServers()),
                Map.entry("group.id", "connect"),
                Map.entry("listeners", "http://127.0.0.1:" + port),
                Map.entry("config.storage.topic", INTERNAL_TOPICS.get(0)),
                Map.entry("config.storage.replication.factor", "1"),
                Map.entry("offset.storage.topic", INTERNAL_TOPICS.get(1)),
                Map.entry("offset.storage.replication.factor", "1"),
                Map.entry("offset.storage.partitions", "5"),
                Map.entry("status.storage.topic", INTERNAL_TOPICS.get(2)),
                Map.entry("status.storage.replication.factor", "1"),
                Map.entry("key.converter", "org.apache.kafka.connect.storage.StringConverter"),
                Map.entry("value.converter", "org.apache.kafka.connect.storage.StringConverter"),
                Map.entry("offset.flush.interval.ms", "500"),
                Map.entry("plugin.discovery", "service_load"),
                // So that a worker that comes back works at once.
                Map.entry("producer.transaction.timeout.ms", "10000"),
                Map.entry("scheduled.rebalance.max.delay.ms", "0"),
                Map.entry("session.timeout.ms", "6000"),
                Map.entry("heartbeat.interval.ms", "1000"),
                Map.entry("consumer.session.timeout.ms", "6000"),
                Map.entry("consumer.heartbeat.interval.ms", "1000"));
    }

    public AppProgram program() {
        return program;
    }

    /** Creates a connector or changes it, as soon as the worker takes requests. */
    public void put(String connector, Map<String, String> settings) {
        await("the worker to take " + connector)
                .atMost(START_LIMIT)
                .failFast(program::assertAlive)
                .ignoreExceptions()
                .until(() -> send(HttpRequest.newBuilder(address.resolve("/connectors/" + connector + "/config"))
                                        .header("Content-Type", "application/json")
                                        .PUT(HttpRequest.BodyPublishers.ofString(json.writeValueAsString(settings))))
                                .statusCode()
                        < 300);
    }

    /** Waits until the worker says that the connector and its task run. */
    public void awaitRunning(String connector) {
        await(connector + " to run")
                .atMost(START_LIMIT)
                .failFast(program::assertAlive)
                .ignoreExceptions()
                .until(() -> isRunning(connector));
    }

    /**
     * Requires that the worker runs, and has given up no task of the connector.
     *
     * @throws AssertionError with what the worker says of it
     */
    public void assertNotFailed(String connector) {
        program.assertAlive();
        Optional<JsonNode> status = statusIfAny(connector);
        if (status.isPresent() && status.get().at("/tasks/0/state").asText().equals("FAILED")) {
            throw new AssertionError(connector + " has failed: "
                    + status.get().at("/tasks/0/trace").asText());
        }
    }

    /** Empty while the worker does not answer. */
    private Optional<JsonNode> statusIfAny(String connector) {
        try {
            return Optional.of(status(connector));
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private JsonNode status(String connector) throws IOException, InterruptedException {
        return json.readTree(send(HttpRequest.newBuilder(address.resolve("/connectors/" + connector + "/status")))
                .body());
    }

    private boolean isRunning(String connector) throws IOException, InterruptedException {
        JsonNode status = status(connector);
        return status.at("/connector/state").asText().equals("RUNNING")
                && status.at("/tasks/0/state").asText().equals("RUNNING");
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.timeout(Duration.ofSeconds(90)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
