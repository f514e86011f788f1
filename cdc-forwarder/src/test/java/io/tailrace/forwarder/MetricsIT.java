package io.tailrace.forwarder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.config.ForwarderConfig;
import io.tailrace.config.ForwarderMetricsSettings;
import io.tailrace.forwarder.source.SourceSession;
import io.tailrace.local.FreePorts;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.KafkaExtension;
import io.tailrace.local.junit.PostgresExtension;
import io.tailrace.schema.Migrations;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a monitoring system sees of a forwarder. */
final class MetricsIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    @RegisterExtension
    static final KafkaExtension KAFKA = new KafkaExtension();

    private final PostgresAddress database = POSTGRES.freshDatabase();
    private final String topic = KAFKA.freshTopicName();
    private final int port = FreePorts.next();
    private final HttpClient client = HttpClient.newHttpClient();

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        URI address = URI.create("http://127.0.0.1:" + port + path);
        return client.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
    }

    private ForwarderConfig config() {
        ForwarderConfig config = TestConfig.forwarder(database, KAFKA.bootstrapServers(), "metrics_it");
        return new ForwarderConfig(
                config.postgres(),
                config.kafka(),
                config.shadow(),
                config.replication(),
                config.verification(),
                config.migration(),
                new ForwarderMetricsSettings("127.0.0.1", port),
                config.groupSync());
    }

    @Test
    void shouldShowWhatIsForwardedAndWhetherAllIsWell() throws Exception {
        // Given
        Migrations.migrate(SourceSession.dataSource(TestConfig.postgres(database)));
        try (SourceLog log = new SourceLog(database);
                TargetReader target = new TargetReader(KAFKA.server().clientProperties(KafkaListener.PLAINTEXT))) {
            int id = log.createTopic(topic, 1, "{\"max.message.bytes\": \"2000\"}");
            log.append(id, 0, 100);
            try (Forwarder forwarder = Forwarder.start(config())) {
                // When
                await().atMost(SOON).until(() -> target.end(topic, 0) >= 100);
                await().atMost(SOON).until(() -> get("/ready").statusCode() == OK);
                await().atMost(SOON).until(() -> get("/metrics").body().contains("tailrace_forwarder_slot_active 1.0"));
                String lag = "tailrace_forwarder_lag_records{partition=\"0\",topic=\"" + topic + "\"}";
                await().atMost(SOON).until(() -> get("/metrics").body().contains(lag + " 0.0"));
                String metrics = get("/metrics").body();
                byte[] large = new byte[5_000];
                new Random(3).nextBytes(large);
                log.append(id, 0, null, large, null, System.currentTimeMillis(), 0);
                await().atMost(SOON).until(() -> get("/ready").statusCode() == UNAVAILABLE);

                // Then
                assertThat(metrics)
                        .contains("tailrace_forwarder_records_forwarded_total 100.0")
                        .contains("tailrace_forwarder_streaming 1.0")
                        .contains("tailrace_forwarder_slot_retained_bytes")
                        .contains("tailrace_forwarder_target_silent_seconds 0.0");
                assertThat(get("/ready").body()).contains("partitions held: 1");
                assertThat(get("/live").statusCode()).isEqualTo(OK);
                assertThat(forwarder.stats().refused()).isPositive();
                await().atMost(SOON).until(() -> get("/metrics").body().contains(lag + " 1.0"));
            }
        }
    }
}
