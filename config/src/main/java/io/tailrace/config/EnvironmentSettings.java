package io.tailrace.config;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Finds settings among the variables of the environment. Immutable. */
final class EnvironmentSettings {
    /** The plain names that the forwarder understands, each also with {@code _FILE} where it is a secret. */
    static final Map<String, String> PLAIN_NAMES = plainNames();

    /** What the start script and the log read; not settings. */
    private static final Set<String> LAUNCHER_NAMES = Set.of("TAILRACE_JAVA_OPTS", "TAILRACE_LOG_LEVEL");

    /** Kubernetes sets TAILRACE_BROKER_PORT=tcp://… and the like in every pod beside a service "tailrace-broker". */
    private static final Pattern KUBERNETES_NAME =
            Pattern.compile(".*_SERVICE_(HOST|PORT(_.*)?)|.*_PORT(_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?");

    private static final Pattern KUBERNETES_SERVICE_NAME =
            Pattern.compile(".*_SERVICE_(HOST|PORT(_.*)?)|.*_PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?");

    private static final Path WORKING_DIRECTORY = Path.of("").toAbsolutePath();

    private EnvironmentSettings() {}

    /** Values of {@code TAILRACE_*} by key; adds a problem for each such name that neither program knows. */
    static Map<String, SettingValue> read(
            SettingCatalog catalog, Map<String, String> environment, List<String> problems) {
        Map<String, SettingValue> values = new LinkedHashMap<>();
        new TreeMap<>(environment).forEach((name, text) -> {
            if (!name.startsWith(SettingDefinition.ENVIRONMENT_PREFIX) || isForeign(name, text)) {
                return;
            }
            Optional<String> key = catalog.keyOfEnvironmentName(name);
            if (key.isPresent()) {
                putIfSet(values, key.get(), name, text);
            } else if (Programs.owner(other -> other.keyOfEnvironmentName(name).isPresent())
                    .isEmpty()) {
                problems.add(Programs.unknownEnvironmentName(name, catalog));
            }
        });
        return values;
    }

    /** Values of the plain names by key. */
    static Map<String, SettingValue> readPlainNames(Map<String, String> environment) {
        Map<String, SettingValue> values = new LinkedHashMap<>();
        PLAIN_NAMES.forEach((name, key) -> {
            putIfSet(values, key, name, environment.getOrDefault(name, ""));
        });
        return values;
    }

    /** An empty variable is one that is not set: container tools have no other way to leave one out. */
    private static void putIfSet(Map<String, SettingValue> values, String key, String name, String text) {
        if (!text.isEmpty()) {
            values.put(key, new SettingValue(name, text, "the environment", WORKING_DIRECTORY));
        }
    }

    private static boolean isForeign(String name, String text) {
        return LAUNCHER_NAMES.contains(name)
                || KUBERNETES_SERVICE_NAME.matcher(name).matches()
                || (KUBERNETES_NAME.matcher(name).matches() && text.matches("(tcp|udp|sctp)://.*"));
    }

    private static Map<String, String> plainNames() {
        Map<String, String> names = new LinkedHashMap<>();
        names.put("PG_HOST", "postgres.host");
        names.put("PG_PORT", "postgres.port");
        names.put("PG_DATABASE", "postgres.database");
        names.put("PG_USER", "postgres.user");
        names.put("PG_PASSWORD", "postgres.password");
        names.put("PG_PASSWORD_FILE", "postgres.password_file");
        names.put("KAFKA_BROKERS", "kafka.bootstrap_servers");
        names.put("KAFKA_SECURITY_PROTOCOL", "kafka.security_protocol");
        names.put("KAFKA_SASL_MECHANISM", "kafka.sasl_mechanism");
        names.put("KAFKA_SASL_USERNAME", "kafka.username");
        names.put("KAFKA_SASL_PASSWORD", "kafka.password");
        names.put("KAFKA_SASL_PASSWORD_FILE", "kafka.password_file");
        return Collections.unmodifiableMap(names);
    }
}
