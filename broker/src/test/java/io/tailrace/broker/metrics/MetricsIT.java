package io.tailrace.broker.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.broker.RunningBroker;
import io.tailrace.local.FreePorts;
import io.tailrace.local.junit.PostgresExtension;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The metrics of a broker that was used, as Prometheus reads them. */
class MetricsIT {

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    @Test
    void shouldShowTheStateOfTheBrokersParts() throws Exception {
        // Given
        int port = FreePorts.next();
        URI address = URI.create("http://127.0.0.1:" + port + "/metrics");
        try (RunningBroker broker = new RunningBroker(
                        POSTGRES.freshDatabase(), Map.of("TAILRACE_METRICS_PORT", Integer.toString(port)));
                KafkaProducer<String, String> producer = broker.producer(Map.of("transactional.id", "shop"));
                KafkaConsumer<String, String> consumer = broker.consumer(Map.of("group.id", "billing"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("orders", 0, "k", "v")).get();
            consumer.subscribe(List.of("orders"));

            // Then
            Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                consumer.poll(Duration.ofMillis(100));
                assertThat(scrape(address))
                        .contains("tailrace_transactions_open 1.0")
                        .containsPattern(
                                "tailrace_transactions_oldest_seconds 0.\\d+|tailrace_transactions_oldest_seconds [1-9]")
                        .contains("tailrace_partitions_unstable 1.0")
                        .contains("tailrace_partitions_unstable_offsets_max 1.0")
                        .contains("tailrace_groups{protocol=\"classic\",state=\"stable\"}")
                        .contains("tailrace_groups{protocol=\"consumer\",state=\"stable\"} 0.0")
                        .contains("tailrace_group_rebalances_total{protocol=\"classic\"} 1.0")
                        .contains("tailrace_group_shards{state=\"active\"} 16.0")
                        .contains("tailrace_fetch_sessions 1.0")
                        .contains("tailrace_fetch_memory_bytes")
                        .contains("tailrace_quota_throttled_total{quota=\"produce\"} 0.0")
                        .contains("tailrace_quota_throttle_seconds_total{quota=\"fetch\"} 0.0")
                        .contains("tailrace_outbox_waiting 0.0", "tailrace_outbox_failed 0.0")
                        .contains("tailrace_cleaner_deleted_rows_total{job=\"retention\"} 0.0")
                        .contains("tailrace_cleaner_pass_age_seconds{job=\"compaction\"}");
            });

            // When
            producer.commitTransaction();

            // Then
            assertThat(scrape(address))
                    .contains("tailrace_transactions_open 0.0")
                    .contains("tailrace_partitions_unstable 0.0")
                    .contains("tailrace_partitions_unstable_offsets_max 0.0");
        }
    }

    private static String scrape(URI address) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString())
                .body();
    }

    @Test
    void shouldCountWhatClientsDo() throws Exception {
        // Given
        int port = FreePorts.next();
        URI address = URI.create("http://127.0.0.1:" + port + "/metrics");
        try (RunningBroker broker =
                new RunningBroker(POSTGRES.freshDatabase(), Map.of("TAILRACE_METRICS_PORT", Integer.toString(port)))) {
            broker.send("orders", 0, 10);
            broker.read("orders", 0, 10);

            // When
            HttpResponse<String> metrics = HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());

            // Then
            assertThat(metrics.statusCode()).isEqualTo(200);
            assertThat(metrics.body())
                    .contains("tailrace_requests_total{api=\"Produce\",error=\"NONE\"}")
                    .contains("tailrace_request_duration_seconds_count{api=\"Fetch\"}")
                    .contains("tailrace_append_records_sum 10.0")
                    .contains("tailrace_network_received_bytes_total")
                    .contains("tailrace_connections")
                    .contains("tailrace_partitions 1.0")
                    .contains("jvm_memory_used_bytes");
        }
    }
}
