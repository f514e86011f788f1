package io.tailrace.broker.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tailrace.broker.BrokerException;
import io.tailrace.config.MetricsSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the metrics over HTTP, to one asker after the other.
 *
 * <p>Thread-safe. Owns: the listening socket and its thread.
 */
public final class MetricsServer implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(MetricsServer.class);
    private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
    private static final int BACKLOG = 16;

    private final HttpServer server;
    private final ExecutorService thread;

    private MetricsServer(HttpServer server, BrokerMetrics metrics) {
        this.server = server;
        this.thread = Executors.newSingleThreadExecutor(task -> {
            Thread created = new Thread(task, "tailrace-metrics");
            created.setDaemon(true);
            return created;
        });
        server.setExecutor(thread);
        server.createContext("/metrics", exchange -> answer(exchange, metrics));
        server.start();
    }

    /**
     * Begins to serve.
     *
     * @throws BrokerException if the address cannot be bound
     */
    public static MetricsServer start(MetricsSettings settings, BrokerMetrics metrics) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(settings.host(), settings.port()), BACKLOG);
            LOGGER.atInfo().addKeyValue("address", server.getAddress()).log("serving metrics");
            return new MetricsServer(server, metrics);
        } catch (IOException | IllegalArgumentException e) {
            throw new BrokerException(
                    "Metrics cannot be served on " + settings.host() + ":" + settings.port() + " (" + e.getMessage()
                            + "): correct metrics.host and metrics.port, or set metrics.port to 0.",
                    e);
        }
    }

    private static void answer(HttpExchange exchange, BrokerMetrics metrics) throws IOException {
        try (exchange) {
            if (!exchange.getRequestMethod().equals("GET")) {
                exchange.sendResponseHeaders(405, -1);
                return;
            }
            byte[] text = metrics.text().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", CONTENT_TYPE);
            exchange.sendResponseHeaders(200, text.length);
            exchange.getResponseBody().write(text);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        thread.shutdownNow();
    }
}
