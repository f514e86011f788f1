package io.tailrace.config.monitoring;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tailrace.config.ConfigException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Serves pages over HTTP, to one asker after the other.
 *
 * <p>Thread-safe. Owns: the listening socket and its thread.
 */
public final class MonitoringServer implements AutoCloseable {
    private static final int BACKLOG = 16;
    private static final int METHOD_NOT_ALLOWED = 405;

    private final HttpServer server;
    private final ExecutorService thread;

    private MonitoringServer(HttpServer server, Map<String, Supplier<Page>> pages) {
        this.server = server;
        this.thread = Executors.newSingleThreadExecutor(task -> {
            Thread created = new Thread(task, "tailrace-metrics");
            created.setDaemon(true);
            return created;
        });
        server.setExecutor(thread);
        pages.forEach((path, page) -> server.createContext(path, exchange -> answer(exchange, page)));
        server.start();
    }

    /**
     * Begins to serve.
     *
     * @param pages by path; made anew for each request
     * @throws ConfigException if the address cannot be bound
     */
    public static MonitoringServer start(String host, int port, Map<String, Supplier<Page>> pages) {
        try {
            return new MonitoringServer(HttpServer.create(new InetSocketAddress(host, port), BACKLOG), pages);
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigException(
                    "Metrics cannot be served on %s:%d (%s): correct metrics.host and metrics.port, or set metrics.port to 0."
                            .formatted(host, port, e.getMessage()));
        }
    }

    private static void answer(HttpExchange exchange, Supplier<Page> made) throws IOException {
        try (exchange) {
            if (!exchange.getRequestMethod().equals("GET")) {
                exchange.sendResponseHeaders(METHOD_NOT_ALLOWED, -1);
                return;
            }
            Page page = made.get();
            byte[] text = page.text().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", page.contentType());
            exchange.sendResponseHeaders(page.status(), text.length);
            exchange.getResponseBody().write(text);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        thread.shutdownNow();
    }
}
