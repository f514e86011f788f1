package io.tailrace.forwarder.sink;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;

/**
 * Asks whether the target answers at all, before a command begins with what takes its time: a client that finds nobody there
 * waits a minute, and then says neither where it has looked nor what to do. Stateless.
 */
public final class TargetCheck {
    private static final int LIMIT_MS = 8_000;
    private static final int REQUEST_TIMEOUT_MS = 4_000;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private TargetCheck() {}

    /**
     * Waits for an answer, a few seconds at most.
     *
     * @throws TargetException if there is none, with the address and what to look at
     */
    public static void requireAnswer(TargetSettings settings) throws InterruptedException {
        Map<String, Object> bounded = settings.admin();
        bounded.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_TIMEOUT_MS);
        bounded.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, LIMIT_MS);
        Admin admin = null;
        try {
            admin = Admin.create(bounded);
            admin.describeCluster().clusterId().get();
        } catch (ExecutionException | KafkaException failed) {
            throw new TargetException(text(settings, failed), failed);
        } finally {
            if (admin != null) {
                admin.close(CLOSE_TIMEOUT);
            }
        }
    }

    private static String text(TargetSettings settings, Exception failed) {
        Throwable cause = Objects.requireNonNullElse(failed.getCause(), failed);
        return "the target at %s does not answer within %d s (%s); does it run, can it be reached from here, and are kafka.bootstrap_servers and the login to it (kafka.security_protocol, kafka.username, …) those of the forwarder's configuration?"
                .formatted(settings.bootstrapServers(), LIMIT_MS / 1000, cause.getMessage());
    }
}
