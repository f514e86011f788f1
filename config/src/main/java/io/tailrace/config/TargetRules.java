package io.tailrace.config;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What must hold between the settings of section {@code [kafka]}. Each rule adds what it finds to the problems. */
final class TargetRules {
    private static final Pattern SERVER = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^\\s:/\\[\\]]+):\\d{1,5}");

    /** Producer settings on which the forwarder's promises rest, and why it keeps them to itself. */
    private static final Map<String, String> FIXED = fixed();

    private TargetRules() {}

    static void checkServers(String setting, String bootstrapServers, List<String> problems) {
        for (String server : bootstrapServers.split(",", -1)) {
            if (!SERVER.matcher(server.strip()).matches()) {
                problems.add("%s = \"%s\": addresses like kafka-1:9092, separated by commas, are needed"
                        .formatted(setting, bootstrapServers));
                return;
            }
        }
    }

    static void checkLogin(String protocol, String mechanism, String username, Secret password, List<String> problems) {
        boolean any = !mechanism.isEmpty() || !username.isEmpty() || !password.isEmpty();
        if (!protocol.startsWith("SASL_")) {
            if (any) {
                problems.add(
                        "kafka.%s is set, but kafka.security_protocol = \"%s\" does not log in; use SASL_SSL (or SASL_PLAINTEXT), or remove it"
                                .formatted(
                                        !mechanism.isEmpty()
                                                ? "sasl_mechanism"
                                                : !username.isEmpty() ? "username" : "password",
                                        protocol));
            }
            return;
        }
        requireForLogin("sasl_mechanism", mechanism.isEmpty(), protocol, problems);
        requireForLogin("username", username.isEmpty(), protocol, problems);
        requireForLogin("password", password.isEmpty(), protocol, problems);
    }

    private static void requireForLogin(String setting, boolean missing, String protocol, List<String> problems) {
        if (missing) {
            problems.add(
                    "kafka.%s is not set, but kafka.security_protocol = \"%s\" needs it".formatted(setting, protocol));
        }
    }

    static void checkTls(String protocol, @Nullable Path truststore, @Nullable Path keystore, List<String> problems) {
        if (!protocol.endsWith("SSL") && (truststore != null || keystore != null)) {
            problems.add("kafka.%s is set, but kafka.security_protocol = \"%s\" does not use TLS; use %s, or remove it"
                    .formatted(
                            truststore != null ? "truststore" : "keystore",
                            protocol,
                            protocol.startsWith("SASL_") ? "SASL_SSL" : "SSL"));
        }
    }

    static void checkProducer(Map<String, String> producer, List<String> problems) {
        FIXED.forEach((name, reason) -> {
            if (producer.containsKey(name)) {
                problems.add("kafka.producer.%s cannot be set: %s".formatted(name, reason));
            }
        });
    }

    private static Map<String, String> fixed() {
        Map<String, String> fixed = new LinkedHashMap<>();
        fixed.put("bootstrap.servers", "use kafka.bootstrap_servers");
        fixed.put("acks", "the forwarder always waits for all replicas, or it could lose records");
        fixed.put("enable.idempotence", "the forwarder needs it on, to keep records in order");
        fixed.put("transactional.id", "a transaction's markers would move the offsets on the target");
        fixed.put("key.serializer", "keys are passed on as they are");
        fixed.put("value.serializer", "values are passed on as they are");
        return fixed;
    }
}
