package io.tailrace.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a configuration as pg-replicate-kafka has it: tables within tables ({@code [kafka.sasl]}), {@code ${NAME:-default}} in
 * values, and variables with names of their own. The environment wins over the file, and the file over the defaults.
 */
public final class TablesConfigLoader {
    /** The variables that are set by name; a secret's also with {@code _FILE}. */
    static final Map<String, String> NAMES = names();
    /** Any setting: this, the section, and the setting's name. */
    static final String PREFIX = "PG_REPLICATE_KAFKA_";

    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(\\w+)(?::-([^}]*))?}");
    private static final Pattern INNER_TABLE = Pattern.compile("(postgres\\.ssl|kafka\\.ssl|kafka\\.sasl)\\.(.+)");
    private static final Path WORKING_DIRECTORY = Path.of("").toAbsolutePath();

    private TablesConfigLoader() {}

    /**
     * The configuration.
     *
     * @param file a {@code .toml} file, or null for none
     * @param environment usually {@code System.getenv()}
     * @throws ConfigException with all that is wrong with it
     */
    public static TablesConfig load(@Nullable Path file, Map<String, String> environment) {
        SettingCatalog catalog = SettingCatalog.of(TablesConfig.class);
        List<String> problems = new ArrayList<>();
        Map<String, SettingValue> fromFile = file == null ? Map.of() : fromFile(file, environment, catalog, problems);
        Map<String, SettingValue> fromEnvironment = fromEnvironment(environment, catalog);
        SettingLayers layers = new SettingLayers(List.of(fromEnvironment, fromFile));
        TablesConfig config = new RecordBuilder(layers, problems)
                .build(TablesConfig.class, catalog)
                .orElse(null);
        if (config == null || !problems.isEmpty()) {
            throw new ConfigException(
                    problems.stream().map(TablesConfigLoader::withVariable).toList());
        }
        return config;
    }

    private static Map<String, SettingValue> fromFile(
            Path file, Map<String, String> environment, SettingCatalog catalog, List<String> problems) {
        Map<String, SettingValue> values = new LinkedHashMap<>();
        FileSettings.read(file).forEach((name, value) -> {
            String key = key(name);
            String text = expand(value, environment, problems);
            values.put(key, new SettingValue(name, folded(key, text), value.origin(), value.directory()));
            if (!catalog.knows(key)) {
                problems.add("unknown setting `%s` in %s; %s"
                        .formatted(name, value.origin(), NearestName.question(key, catalog.keys())));
            }
        });
        return values;
    }

    /** {@code kafka.sasl.username} is the setting {@code kafka.sasl_username}. */
    private static String key(String name) {
        Matcher inner = INNER_TABLE.matcher(name);
        return inner.matches() ? inner.group(1) + "_" + inner.group(2) : name;
    }

    private static String folded(String key, String text) {
        return key.equals("postgres.ssl_mode") || key.startsWith("logging.") ? text.toLowerCase(Locale.ROOT) : text;
    }

    private static String expand(SettingValue value, Map<String, String> environment, List<String> problems) {
        return PLACEHOLDER.matcher(value.text()).replaceAll(found -> {
            String fallback = found.group(2);
            String set = environment.getOrDefault(found.group(1), "");
            if (set.isEmpty() && fallback == null) {
                problems.add("%s in %s needs the variable %s, which is not set"
                        .formatted(value.name(), value.origin(), found.group(1)));
            }
            return Matcher.quoteReplacement(set.isEmpty() && fallback != null ? fallback : set);
        });
    }

    private static Map<String, SettingValue> fromEnvironment(Map<String, String> environment, SettingCatalog catalog) {
        Map<String, SettingValue> values = new LinkedHashMap<>();
        catalog.keys().forEach(key -> put(values, key, PREFIX + SettingDefinition.environmentSuffix(key), environment));
        NAMES.forEach((name, key) -> put(values, key, name, environment));
        return values;
    }

    private static void put(
            Map<String, SettingValue> values, String key, String name, Map<String, String> environment) {
        String text = environment.getOrDefault(name, "");
        if (!text.isEmpty()) {
            values.put(key, new SettingValue(name, folded(key, text), "the environment", WORKING_DIRECTORY));
        }
    }

    /** What is missing is often missing from the environment: says what it is called there. */
    private static String withVariable(String problem) {
        Optional<String> variable = NAMES.entrySet().stream()
                .filter(entry -> problem.startsWith(entry.getValue() + ": ") && problem.endsWith(" is needed"))
                .map(Map.Entry::getKey)
                .findFirst();
        return variable.map(name -> problem + " (or the variable " + name + ")").orElse(problem);
    }

    private static Map<String, String> names() {
        Map<String, String> names = new LinkedHashMap<>();
        names.put("PG_HOST", "postgres.host");
        names.put("PG_PORT", "postgres.port");
        names.put("PG_DATABASE", "postgres.database");
        names.put("PG_USER", "postgres.username");
        names.put("PG_USERNAME", "postgres.username");
        names.put("PG_PASSWORD", "postgres.password");
        names.put("PG_PASSWORD_FILE", "postgres.password_file");
        names.put("PG_PUBLICATION", "postgres.publication");
        names.put("PG_SLOT_NAME", "postgres.slot_name");
        names.put("PG_CONNECT_TIMEOUT_SECS", "postgres.connect_timeout_secs");
        names.put("PG_SSL_MODE", "postgres.ssl_mode");
        names.put("KAFKA_BROKERS", "kafka.brokers");
        names.put("KAFKA_TOPIC_PREFIX", "kafka.topic_prefix");
        names.put("KAFKA_COMPRESSION", "kafka.compression");
        names.put("KAFKA_ACKS", "kafka.acks");
        names.put("KAFKA_LINGER_MS", "kafka.linger_ms");
        names.put("KAFKA_BATCH_SIZE", "kafka.batch_size");
        names.put("KAFKA_BUFFER_MEMORY", "kafka.buffer_memory");
        names.put("REPLICATION_POLL_INTERVAL_MS", "replication.poll_interval_ms");
        names.put("REPLICATION_KEEPALIVE_INTERVAL_SECS", "replication.keepalive_interval_secs");
        names.put("REPLICATION_CHECKPOINT_INTERVAL_SECS", "replication.checkpoint_interval_secs");
        names.put("REPLICATION_CHECKPOINT_FILE", "replication.checkpoint_file");
        names.put("REPLICATION_MAX_BUFFER_SIZE", "replication.max_buffer_size");
        return Collections.unmodifiableMap(names);
    }
}
