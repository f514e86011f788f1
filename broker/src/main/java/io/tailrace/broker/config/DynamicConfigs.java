package io.tailrace.broker.config;

import io.tailrace.broker.sql.Database;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.config.ConfigResource;

/**
 * What is set on brokers, groups and client metrics subscriptions: in Postgres, and in memory, which answers. Read on any
 * thread; changed on one.
 */
public final class DynamicConfigs {

    private final Database database;
    private final ConcurrentMap<ConfigResource, Map<String, String>> configs = new ConcurrentHashMap<>();
    private final List<ConfigListener> listeners = new CopyOnWriteArrayList<>();

    public DynamicConfigs(Database database) {
        this.database = database;
    }

    /** Reads everything that is set; on the caller's thread, once, before the first request. */
    public void load() throws SQLException {
        configs.putAll(database.inTransaction(ConfigStore::all));
    }

    /** Tells the listener what is set now, and of every change from now on. Before the first request. */
    public void addListener(ConfigListener listener) {
        configs.forEach(listener::onChanged);
        listeners.add(listener);
    }

    /** What is set on a resource; nothing for one that nobody knows. */
    public Map<String, String> of(ConfigResource resource) {
        return configs.getOrDefault(resource, Map.of());
    }

    /** The names of the resources of a type on which something is set, in order. */
    public List<String> names(ConfigResource.Type type) {
        return configs.keySet().stream()
                .filter(resource -> resource.type() == type)
                .map(ConfigResource::name)
                .sorted()
                .toList();
    }

    /** Sets exactly this on a resource: in Postgres, then in memory, then listeners hear of it. Blocks. */
    void set(ConfigResource resource, Map<String, String> config) throws SQLException {
        database.inTransaction(connection -> {
            ConfigStore.put(connection, resource, config);
            return config;
        });
        if (config.isEmpty()) {
            configs.remove(resource);
        } else {
            configs.put(resource, Map.copyOf(config));
        }
        listeners.forEach(listener -> listener.onChanged(resource, Map.copyOf(config)));
    }
}
