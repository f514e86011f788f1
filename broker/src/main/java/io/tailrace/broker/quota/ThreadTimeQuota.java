package io.tailrace.broker.quota;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.metrics.QuotaViolationException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.network.Session;
import org.apache.kafka.server.config.ClientQuotaManagerConfig;
import org.apache.kafka.server.quota.ClientQuotaManager;
import org.apache.kafka.server.quota.QuotaType;
import org.apache.kafka.server.quota.QuotaUtils;

/**
 * The quota {@code request_percentage}: 100 is one thread, busy all the time (KIP-124). A client is held back for one window
 * at most. Thread-safe, like its base.
 */
final class ThreadTimeQuota extends ClientQuotaManager {

    private static final double PERCENT_PER_NANOSECOND = 100.0 / TimeUnit.SECONDS.toNanos(1);

    private final long maxThrottleMs;

    ThreadTimeQuota(ClientQuotaManagerConfig config, Metrics metrics, Time time, String threadPrefix) {
        super(config, metrics, QuotaType.REQUEST, time, threadPrefix);
        this.maxThrottleMs = TimeUnit.SECONDS.toMillis(config.quotaWindowSizeSeconds());
    }

    int recordNs(Session session, String clientId, long threadNs, long nowMs) {
        return maybeRecordAndGetThrottleTimeMs(session, clientId, threadNs * PERCENT_PER_NANOSECOND, nowMs);
    }

    @Override
    protected long throttleTime(QuotaViolationException e, long timeMs) {
        return QuotaUtils.boundedThrottleTime(e, maxThrottleMs, timeMs);
    }

    @Override
    protected MetricName clientQuotaMetricName(Map<String, String> tags) {
        return metrics().metricName("request-time", QuotaType.REQUEST.toString(), "Thread time per client", tags);
    }
}
