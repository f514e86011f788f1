package io.tailrace.broker.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.config.ListenerConfig;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real sockets and Kafka's own client. */
@Timeout(60)
class BrokerServerIT {
    private final TinyCluster cluster = new TinyCluster(() -> server().port());
    private final BrokerServer server = start(TestListener.onPort(0));

    private BrokerServer server() {
        return server;
    }

    private BrokerServer start(ListenerConfig config) {
        return BrokerServer.start(config, cluster, cluster);
    }

    @AfterEach
    void closeServer() {
        server.close();
    }

    @Test
    void shouldAnswerAnAdminClient() throws Exception {
        // Given
        Map<String, Object> config = Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:" + server.port());
        try (Admin admin = Admin.create(config)) {

            // When
            var cluster = admin.describeCluster();
            var topics = admin.listTopics();

            // Then
            assertThat(cluster.clusterId().get(30, TimeUnit.SECONDS)).isEqualTo(TinyCluster.CLUSTER_ID);
            assertThat(topics.names().get(30, TimeUnit.SECONDS)).containsExactly(TinyCluster.TOPIC);
        }
    }

    @Test
    void shouldNameTheSettingOfAPortInUse() {
        // Given
        ListenerConfig samePort = TestListener.onPort(server.port());

        // When // Then
        assertThatThrownBy(() -> start(samePort))
                .isInstanceOf(ListenException.class)
                .hasMessageContainingAll("127.0.0.1:" + server.port(), "in use", "broker.port");
    }
}
