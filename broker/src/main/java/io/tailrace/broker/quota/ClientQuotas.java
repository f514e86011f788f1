package io.tailrace.broker.quota;

import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.sql.Database;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.function.IntSupplier;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData;
import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.metrics.Quota;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.utils.Sanitizer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.image.ClientQuotaImage;
import org.apache.kafka.image.ClientQuotasImage;
import org.apache.kafka.network.Session;
import org.apache.kafka.server.config.ClientQuotaManagerConfig;
import org.apache.kafka.server.config.QuotaConfig;
import org.apache.kafka.server.quota.ClientQuotaEntity.ConfigEntity;
import org.apache.kafka.server.quota.ClientQuotaManager;
import org.apache.kafka.server.quota.ClientQuotaManager.ClientIdEntity;
import org.apache.kafka.server.quota.ClientQuotaManager.UserEntity;
import org.apache.kafka.server.quota.QuotaType;
import org.jspecify.annotations.Nullable;

/**
 * The quotas that are set, and how much each client has taken of them in the last eleven seconds, by Kafka's own {@link
 * ClientQuotaManager}: the most specific quota holds, of the user and client id, then of the user, then of the client id.
 * Where none is set, nothing is measured.
 *
 * <p>Thread-safe; changes run one at a time on the executor given. Owns: the managers and their threads.
 */
public final class ClientQuotas implements AutoCloseable {

    private static final String THREAD_PREFIX = "tailrace-quota-";

    private final Database database;
    private final Executor executor;
    private final Time time;
    private final ConcurrentMap<ClientQuotaEntity, Map<String, Double>> quotas = new ConcurrentHashMap<>();
    private final Throttling throttling = new Throttling();
    private final Metrics metrics;
    private final ClientQuotaManager produce;
    private final ClientQuotaManager fetch;
    private final ThreadTimeQuota threadTime;

    /** @param executor a single thread */
    public ClientQuotas(Database database, Executor executor, Time time) {
        this.database = database;
        this.executor = executor;
        this.time = time;
        // A client that is gone for an hour is forgotten.
        this.metrics = new Metrics(new MetricConfig(), List.of(), time, true);
        ClientQuotaManagerConfig config = new ClientQuotaManagerConfig();
        this.produce = new ClientQuotaManager(config, metrics, QuotaType.PRODUCE, time, THREAD_PREFIX);
        this.fetch = new ClientQuotaManager(config, metrics, QuotaType.FETCH, time, THREAD_PREFIX);
        this.threadTime = new ThreadTimeQuota(config, metrics, time, THREAD_PREFIX);
    }

    /** Reads what is set; on the caller's thread, once, before the first request. */
    public void load() throws SQLException {
        database.inTransaction(QuotaStore::all).forEach(this::take);
    }

    /**
     * What is set on the entities that the filter lets through.
     *
     * @throws ApiException Kafka's, for a filter that makes no sense
     */
    public DescribeClientQuotasResponseData describe(DescribeClientQuotasRequestData filter) {
        Map<ClientQuotaEntity, ClientQuotaImage> images = new HashMap<>();
        quotas.forEach((entity, values) -> images.put(entity, new ClientQuotaImage(values)));
        return new ClientQuotasImage(images).describe(filter);
    }

    /** Changes what is set, or only checks it; each entity succeeds or fails by itself. */
    public CompletableFuture<Map<ClientQuotaEntity, ApiError>> alter(
            Collection<ClientQuotaAlteration> alterations, boolean validateOnly) {
        return CompletableFuture.supplyAsync(() -> alterNow(alterations, validateOnly), executor);
    }

    private Map<ClientQuotaEntity, ApiError> alterNow(
            Collection<ClientQuotaAlteration> alterations, boolean validateOnly) {
        Map<ClientQuotaEntity, ApiError> errors = new LinkedHashMap<>();
        Map<ClientQuotaEntity, Map<String, Double>> changed = new HashMap<>();
        for (ClientQuotaAlteration alteration : alterations) {
            ClientQuotaEntity entity = alteration.entity();
            try {
                Map<String, Double> existing = changed.getOrDefault(entity, quotas.getOrDefault(entity, Map.of()));
                changed.put(entity, QuotaRules.apply(entity, alteration.ops(), existing));
                errors.put(entity, ApiError.NONE);
            } catch (ApiException e) {
                errors.put(entity, ApiError.fromThrowable(e));
            }
        }
        if (!validateOnly) {
            write(changed);
        }
        return errors;
    }

    private void write(Map<ClientQuotaEntity, Map<String, Double>> changed) {
        try {
            database.inTransaction(connection -> {
                QuotaStore.put(connection, changed);
                return changed;
            });
        } catch (SQLException e) {
            throw new CompletionException(e);
        }
        changed.forEach(this::take);
    }

    /** What is set on an entity from now on; none, and nothing is. */
    void take(ClientQuotaEntity entity, Map<String, Double> values) {
        if (values.isEmpty()) {
            quotas.remove(entity);
        } else {
            quotas.put(entity, Map.copyOf(values));
        }
        update(produce, entity, values.get(QuotaConfig.PRODUCER_BYTE_RATE_OVERRIDE_CONFIG));
        update(fetch, entity, values.get(QuotaConfig.CONSUMER_BYTE_RATE_OVERRIDE_CONFIG));
        update(threadTime, entity, values.get(QuotaConfig.REQUEST_PERCENTAGE_OVERRIDE_CONFIG));
    }

    private static void update(ClientQuotaManager manager, ClientQuotaEntity entity, @Nullable Double limit) {
        Map<String, String> names = entity.entries();
        Optional<ConfigEntity> user = !names.containsKey(ClientQuotaEntity.USER)
                ? Optional.empty()
                : Optional.of(Optional.ofNullable(names.get(ClientQuotaEntity.USER))
                        .<ConfigEntity>map(name -> new UserEntity(Sanitizer.sanitize(name)))
                        .orElse(ClientQuotaManager.DEFAULT_USER_ENTITY));
        Optional<ConfigEntity> clientId = !names.containsKey(ClientQuotaEntity.CLIENT_ID)
                ? Optional.empty()
                : Optional.of(Optional.ofNullable(names.get(ClientQuotaEntity.CLIENT_ID))
                        .<ConfigEntity>map(ClientIdEntity::new)
                        .orElse(ClientQuotaManager.DEFAULT_USER_CLIENT_ID));
        manager.updateQuota(user, clientId, Optional.ofNullable(limit).map(rate -> new Quota(rate, true)));
    }

    /** False where nothing is set, and so nothing is to be measured. */
    boolean inUse() {
        return produce.quotasEnabled() || fetch.quotasEnabled() || threadTime.quotasEnabled();
    }

    /** Counts a produce request. @return for how many milliseconds the client is to be held back; mostly 0 */
    int onProduced(KafkaRequest request) {
        return throttling.count(
                QuotaType.PRODUCE,
                produce.maybeRecordAndGetThrottleTimeMs(
                        session(request), clientId(request), request.sizeBytes(), time.milliseconds()));
    }

    /** Counts the time of a thread. @return for how many milliseconds the client is to be held back; mostly 0 */
    public int onThreadTime(KafkaRequest request, long threadNs) {
        return throttling.count(
                QuotaType.REQUEST,
                threadTime.recordNs(session(request), clientId(request), threadNs, time.milliseconds()));
    }

    /**
     * Counts what a fetch response holds, unless that is more than the client may take now: then it is to get nothing,
     * and be held back.
     *
     * @param size the bytes of the response; asked for where there are quotas only
     * @return for how many milliseconds; mostly 0
     */
    public int onFetched(KafkaRequest request, IntSupplier size) {
        if (!fetch.quotasEnabled()) {
            return 0;
        }
        int bytes = size.getAsInt();
        long nowMs = time.milliseconds();
        int throttleMs = fetch.maybeRecordAndGetThrottleTimeMs(session(request), clientId(request), bytes, nowMs);
        if (throttleMs > 0) {
            fetch.unrecordQuotaSensor(session(request), clientId(request), bytes, nowMs);
        }
        return throttling.count(QuotaType.FETCH, throttleMs);
    }

    /** How many requests a quota has held back. */
    public long throttledRequests(QuotaType quota) {
        return throttling.requests(quota);
    }

    /** For how long a quota has held clients back, all together. */
    public long throttledMs(QuotaType quota) {
        return throttling.millis(quota);
    }

    /** The most that the client could fetch at once without being held back, after a while without a fetch. */
    public int maxFetchBytes(KafkaRequest request) {
        return fetch.quotasEnabled()
                ? (int) Math.min(Integer.MAX_VALUE, fetch.maxValueInQuotaWindow(session(request), clientId(request)))
                : Integer.MAX_VALUE;
    }

    private static Session session(KafkaRequest request) {
        return new Session(KafkaPrincipal.ANONYMOUS, request.connection().clientAddress());
    }

    private static String clientId(KafkaRequest request) {
        String clientId = request.header().clientId();
        return clientId == null ? "" : clientId;
    }

    @Override
    public void close() {
        produce.shutdown();
        fetch.shutdown();
        threadTime.shutdown();
        metrics.close();
    }
}
