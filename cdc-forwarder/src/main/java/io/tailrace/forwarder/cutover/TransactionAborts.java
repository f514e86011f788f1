package io.tailrace.forwarder.cutover;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;

/** Aborts transactions as their own successor would: by fencing their producers. The broker does it, so it has to run. Stateless. */
final class TransactionAborts {
    private static final int TIMEOUT_MS = 5_000;

    private TransactionAborts() {}

    /** Aborts them, or throws a CutoverException if the broker does not do it. */
    static void abort(String broker, List<String> transactionalIds) throws InterruptedException {
        Map<String, Object> settings = Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, broker,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MS,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
        try (Admin admin = Admin.create(settings)) {
            admin.fenceProducers(transactionalIds).all().get();
        } catch (ExecutionException | KafkaException failed) {
            throw new CutoverException(
                    "the broker at %s does not abort open transactions: %s".formatted(broker, failed.getMessage()));
        }
    }
}
