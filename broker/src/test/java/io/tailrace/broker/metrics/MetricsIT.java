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
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The metrics of a broker that was used, as Prometheus reads them. */
class MetricsIT {

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

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
