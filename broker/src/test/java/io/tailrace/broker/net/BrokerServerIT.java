package io.tailrace.broker.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.protocol.RequestDispatcher;
import io.tailrace.config.ListenerConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.MetadataResponse;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real sockets, Kafka's own client, and clients that behave badly. */
@Timeout(60)
class BrokerServerIT {
    private @Nullable BrokerServer server;

    private BrokerServer start(ListenerConfig config, RequestDispatcher dispatcher) {
        BrokerServer started = BrokerServer.start(config, (apiKey, version) -> true, dispatcher);
        server = started;
        return started;
    }

    private static CompletableFuture<@Nullable AbstractResponse> answer(KafkaRequest request) {
        return CompletableFuture.completedFuture(response("cluster"));
    }

    private static AbstractResponse response(String clusterId) {
        return new MetadataResponse(
                new MetadataResponseData().setClusterId(clusterId), EmbeddedConnection.METADATA_VERSION);
    }

    private static ByteBuffer metadata(int correlationId) {
        return EmbeddedConnection.metadataFrame(correlationId);
    }

    @AfterEach
    void closeServer() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void shouldAnswerAnAdminClient() throws Exception {
        // Given
        AtomicInteger port = new AtomicInteger();
        TinyCluster tiny = new TinyCluster(port::get);
        server = BrokerServer.start(TestListener.onPort(0), tiny, tiny);
        port.set(server.port());
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
        int port = start(TestListener.onPort(0), BrokerServerIT::answer).port();
        ListenerConfig samePort = TestListener.onPort(port);

        // When // Then
        assertThatThrownBy(() -> BrokerServer.start(samePort, (apiKey, version) -> true, BrokerServerIT::answer))
                .isInstanceOf(ListenException.class)
                .hasMessageContainingAll("127.0.0.1:" + port, "in use", "broker.port");
    }

    @Test
    void shouldCloseConnectionsAboveTheLimit() throws Exception {
        // Given
        int port = start(TestListener.withMaxConnections(2), BrokerServerIT::answer)
                .port();
        try (RawClient first = new RawClient(port);
                RawClient second = new RawClient(port)) {
            first.send(metadata(1));
            second.send(metadata(2));
            assertThat(first.response().getInt()).isEqualTo(1);
            assertThat(second.response().getInt()).isEqualTo(2);

            // When // Then
            try (RawClient third = new RawClient(port)) {
                assertThat(third.isClosedByBroker()).isTrue();
            }
            first.disconnect();
            await().atMost(Duration.ofSeconds(10)).until(() -> serves(port));
            second.send(metadata(3));
            assertThat(second.response().getInt()).isEqualTo(3);
        }
    }

    private static boolean serves(int port) throws Exception {
        try (RawClient client = new RawClient(port)) {
            client.send(metadata(9));
            return client.response().getInt() == 9;
        } catch (IOException e) {
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: broker\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc"
            })
    void shouldCloseOnlyTheConnectionOfAForeignClient(String text) throws Exception {
        // Given
        int port = start(TestListener.onPort(0), BrokerServerIT::answer).port();
        try (RawClient kafka = new RawClient(port);
                RawClient foreign = new RawClient(port)) {

            // When
            foreign.sendBytes(text.getBytes(StandardCharsets.ISO_8859_1));
            kafka.send(metadata(1));

            // Then
            assertThat(foreign.isClosedByBroker()).isTrue();
            assertThat(kafka.response().getInt()).isEqualTo(1);
        }
    }

    @Test
    void shouldCloseWhenTheClientHasClosedItsHalf() throws Exception {
        // Given
        CompletableFuture<String> closed = new CompletableFuture<>();
        int port = start(TestListener.onPort(0), request -> {
                    AutoCloseable handle = request.connection().onClose(() -> closed.complete("closed"));
                    return new CompletableFuture<@Nullable AbstractResponse>().whenComplete((r, t) -> {
                        assertThat(handle).isNotNull();
                    });
                })
                .port();
        try (RawClient client = new RawClient(port)) {
            client.send(metadata(1));

            // When
            client.shutdownOutput();

            // Then
            assertThat(client.isClosedByBroker()).isTrue();
            assertThat(closed.get(10, TimeUnit.SECONDS)).isEqualTo("closed");
        }
    }

    @Test
    void shouldCarryOutEverythingThatAProducerWithoutAcksSentBeforeItLeft() throws Exception {
        // Given
        Queue<Integer> received = new ConcurrentLinkedQueue<>();
        int port = start(TestListener.onPort(0), request -> {
                    received.add(request.header().correlationId());
                    return CompletableFuture.<@Nullable AbstractResponse>supplyAsync(
                            () -> null, CompletableFuture.delayedExecutor(1, TimeUnit.MILLISECONDS));
                })
                .port();
        int total = 1_000;
        String padding = "x".repeat(3_000);

        // When
        try (RawClient client = new RawClient(port)) {
            for (int i = 0; i < total; i++) {
                client.send(EmbeddedConnection.produceFrame(i, (short) 0, padding));
            }
        }

        // Then
        await().atMost(Duration.ofSeconds(30)).until(() -> received.size() == total);
        assertThat(List.copyOf(received)).isSorted();
    }

    @Test
    void shouldNotPileUpResponsesForASlowReader() throws Exception {
        // Given
        AtomicInteger dispatched = new AtomicInteger();
        String large = "0123456789abcde\n".repeat(2_000);
        int port = start(TestListener.onPort(0), request -> {
                    dispatched.incrementAndGet();
                    return CompletableFuture.completedFuture(response(large));
                })
                .port();
        int total = 1_000;
        try (RawClient client = new RawClient(port)) {
            Thread sender = new Thread(() -> sendAll(client, total), "sender");
            sender.start();

            // When: nothing is read
            await().during(Duration.ofMillis(500))
                    .atMost(Duration.ofSeconds(10))
                    .until(dispatched::get, count -> count > 0 && count < 400);

            // Then
            for (int i = 0; i < total; i++) {
                ByteBuffer response = client.response();
                assertThat(response.getInt()).isEqualTo(i);
                assertThat(response.remaining()).isGreaterThan(large.length());
            }
            sender.join();
        }
    }

    private static void sendAll(RawClient client, int total) {
        try {
            for (int i = 0; i < total; i++) {
                client.send(metadata(i));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** To connect would prove nothing: a client that happens to get the same port for itself connects to itself. */
    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void shouldLetResponsesUnderWayLeaveWhenItCloses() throws Exception {
        // Given
        CompletableFuture<@Nullable AbstractResponse> answer = new CompletableFuture<>();
        CompletableFuture<String> dispatched = new CompletableFuture<>();
        BrokerServer stopping = start(TestListener.onPort(0), request -> {
            dispatched.complete("dispatched");
            return answer;
        });
        int port = stopping.port();
        try (RawClient client = new RawClient(port);
                RawClient idle = new RawClient(port)) {
            client.send(metadata(1));
            assertThat(dispatched.get(10, TimeUnit.SECONDS)).isEqualTo("dispatched");

            // When
            stopping.stopAccepting();
            assertThat(idle.isClosedByBroker()).isTrue();
            // The socket is closed for good when its event loop selects next.
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> isFree(port));
            answer.complete(response("cluster"));
            stopping.close();

            // Then
            assertThat(client.response().getInt()).isEqualTo(1);
            assertThat(client.isClosedByBroker()).isTrue();
            stopping.close();
        }
    }

    @Test
    void shouldCloseInBoundedTimeWhenAnAnswerNeverComes() throws Exception {
        // Given
        AtomicInteger dispatched = new AtomicInteger();
        BrokerServer stopping = start(TestListener.onPort(0), request -> {
            dispatched.incrementAndGet();
            return new CompletableFuture<>();
        });
        try (RawClient client = new RawClient(stopping.port())) {
            client.send(metadata(1));
            await().atMost(Duration.ofSeconds(10)).until(() -> dispatched.get() == 1);

            // When
            long startNs = System.nanoTime();
            stopping.close();

            // Then
            assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isLessThan(Duration.ofSeconds(15));
            assertThat(client.isClosedByBroker()).isTrue();
        }
    }
}
