package io.tailrace.broker.api.log;

import com.yammer.metrics.core.Gauge;
import com.yammer.metrics.core.Metric;
import io.tailrace.broker.topic.Topic;
import io.tailrace.broker.topic.TopicRegistry;
import java.util.AbstractMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.FetchContext;
import org.apache.kafka.server.FetchManager;
import org.apache.kafka.server.FetchSession.FetchSessionCache;
import org.apache.kafka.server.FetchSessionCacheShard;
import org.apache.kafka.server.metrics.KafkaYammerMetrics;
import org.jspecify.annotations.Nullable;

/**
 * Incremental fetch sessions (KIP-227), by Kafka's own {@link FetchManager}: a client names its partitions once, then only
 * what changes, and is told only what changed.
 *
 * <p>There are only so many; when all are taken, one that has been silent for two minutes makes room, or a smaller one for a
 * larger one, and a client that gets none goes on naming all its partitions. Thread-safe.
 */
public final class FetchSessions {

    private static final int SHARDS = 8;
    private static final long EVICTION_MS = 120_000;

    private static final String SESSIONS = "NumIncrementalFetchSessions";

    private final FetchManager manager;
    private final Map<Uuid, String> topicNames;

    /** @param slots how many sessions there may be */
    public FetchSessions(TopicRegistry registry, int slots, Time time) {
        int idsPerShard = Integer.MAX_VALUE / SHARDS;
        List<FetchSessionCacheShard> shards = IntStream.range(0, SHARDS)
                .mapToObj(shard -> new FetchSessionCacheShard(slotsOf(shard, slots), EVICTION_MS, idsPerShard, shard))
                .toList();
        // Kafka's cache tells its size by a gauge of the process, which keeps to the first cache that there was.
        FetchSessionCache.METRICS_GROUP.removeMetric(SESSIONS);
        this.manager = new FetchManager(time, new FetchSessionCache(shards));
        this.topicNames = new TopicNames(registry);
    }

    /** How many sessions there are. */
    public int count() {
        Metric sessions = KafkaYammerMetrics.defaultRegistry()
                .allMetrics()
                .get(FetchSessionCache.METRICS_GROUP.metricName(SESSIONS, Map.of()));
        return sessions instanceof Gauge<?> gauge && gauge.value() instanceof Integer count ? count : 0;
    }

    private static int slotsOf(int shard, int slots) {
        return slots / SHARDS + (shard < slots % SHARDS ? 1 : 0);
    }

    /** What the request asks for, together with its session if it has one; may be an error instead. */
    FetchContext begin(FetchRequest request) {
        return manager.newContext(
                request.version(),
                request.metadata(),
                false,
                request.fetchData(topicNames),
                request.forgottenTopics(topicNames),
                topicNames);
    }

    /** The names of topics by their ids, as they are now. */
    private static final class TopicNames extends AbstractMap<Uuid, String> {

        private final TopicRegistry registry;

        TopicNames(TopicRegistry registry) {
            this.registry = registry;
        }

        @Override
        public @Nullable String get(@Nullable Object id) {
            return id instanceof Uuid uuid
                    ? registry.byUuid(uuid).map(Topic::name).orElse(null)
                    : null;
        }

        @Override
        public boolean containsKey(@Nullable Object id) {
            return get(id) != null;
        }

        @Override
        public Set<Entry<Uuid, String>> entrySet() {
            return registry.all().stream()
                    .map(topic -> Map.entry(topic.uuid(), topic.name()))
                    .collect(Collectors.toSet());
        }
    }
}
