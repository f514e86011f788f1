package io.tailrace.broker.telemetry;

import static io.tailrace.broker.RunningBroker.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.broker.RunningBroker;
import io.tailrace.local.FreePorts;
import io.tailrace.local.junit.PostgresExtension;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Kafka's Java clients push their metrics, which is what they do unless told otherwise. */
class TelemetryIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private static void subscribe(Admin admin) throws Exception {
        ConfigResource subscription = new ConfigResource(ConfigResource.Type.CLIENT_METRICS, "everything");
        get(admin.incrementalAlterConfigs(Map.of(subscription, List.of(set("metrics", "*"), set("interval.ms", "200"))))
                .all());
    }

    private static AlterConfigOp set(String name, String value) {
        return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
    }

    private static String metrics(int port) throws IOException, InterruptedException {
        URI address = URI.create("http://127.0.0.1:" + port + "/metrics");
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString())
                .body();
    }

    @Test
    void shouldShowWhatClientsPushBesideTheBrokersMetrics() throws Exception {
        // Given
        int port = FreePorts.next();
        try (RunningBroker broker = new RunningBroker(
                        POSTGRES.freshDatabase(), Map.of("TAILRACE_METRICS_PORT", Integer.toString(port)));
                Admin admin = broker.admin()) {
            subscribe(admin);

            // When
            try (KafkaProducer<String, String> producer = broker.producer(Map.of("client.id", "shop"));
                    KafkaConsumer<String, String> consumer =
                            broker.consumer(Map.of("client.id", "ledger", "group.id", "billing"))) {
                producer.send(new ProducerRecord<>("orders", "k", "v")).get();
                consumer.subscribe(List.of("orders"));

                // Then
                Awaitility.await().atMost(LIMIT).untilAsserted(() -> {
                    consumer.poll(Duration.ofMillis(50));
                    assertThat(metrics(port))
                            .containsPattern(
                                    "tailrace_client_producer_record_send_total\\{client_id=\"shop\",client_instance_id=\"\\S+\"} 1.0")
                            .containsPattern(
                                    "tailrace_client_consumer_\\w+\\{client_id=\"ledger\",client_instance_id=\"\\S+\",.*group_id=\"billing\"")
                            .contains("tailrace_requests_total{api=\"PushTelemetry\",error=\"NONE\"}");
                });
                assertThat(producer.clientInstanceId(LIMIT)).isNotNull();
            }
        }
    }
}
